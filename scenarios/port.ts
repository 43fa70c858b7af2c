import { at, mismatch, must, scenarios, tlsa } from "danelab/vocabulary";

/** Ports other than 25: TLSA records stand under the port that is connected to. */
export default scenarios("port", [
  {
    id: "port-relay-2525",
    title: "Mail is routed to port 2525 of a host; its TLSA record for port 25 is wrong",
    cites: ["RFC 7672 2.2.3", "RFC 6698 3"],
    mx: { port: 2525, tlsa: ["3 1 1", at("_25._tcp.mx", mismatch("3 1 1"))] },
    route: { to: "mx", port: 2525 },
    expect: { dane: must("authenticated") },
  },
  {
    id: "port-relay-2525-wrong",
    title: "Mail is routed to port 2525 of a host; only its TLSA record for port 25 is right",
    cites: ["RFC 7672 2.2.3", "RFC 6698 3"],
    mx: { port: 2525, tlsa: [mismatch("3 1 1"), at("_25._tcp.mx", tlsa("3 1 1"))] },
    route: { to: "mx", port: 2525 },
    expect: { dane: must("deferred") },
  },
  {
    id: "port-587-relay",
    title: "Mail is routed to port 587 of a host",
    cites: ["RFC 7672 2.2.3", "RFC 6698 3"],
    mx: { port: 587 },
    route: { to: "mx", port: 587 },
    expect: { dane: must("authenticated") },
  },
  {
    id: "port-mx-to-other",
    title: "Mail is routed to port 26 of the domain's MX hosts",
    cites: ["RFC 7672 2.2.3", "RFC 6698 3"],
    mx: { port: 26 },
    route: { mx: true, port: 26 },
    expect: { dane: must("authenticated") },
  },
]);
