import type { Scenario } from "../model/scenario.ts";
import { dv, must, scenarios } from "../vocabulary.ts";
import { checkFile } from "./check-scenarios.ts";

/** The mail that shows whether a driver keeps its contract. What is right under each policy follows by rule, as ever. */
export const driverScenarios: readonly Scenario[] = checkFile(
  scenarios("driver", [
    {
      id: "driver-delivers",
      title: "A good domain: signed, with a self-signed certificate and its record",
      cites: ["RFC 7672 2.2", "RFC 7672 3.1.1"],
      expect: { dane: must("authenticated") },
    },
    {
      id: "driver-delivers-pkix",
      title: "A good domain, with a certificate for its name from a CA that the sender trusts",
      cites: ["RFC 7672 2.2", "RFC 7672 3.1.1"],
      mx: { certificate: dv({ ca: "public" }) },
      expect: { dane: must("authenticated"), verify: must("encrypted"), secure: must("encrypted") },
    },
    {
      id: "driver-defers-down",
      title: "The server's port is closed",
      cites: ["RFC 5321 4.5.4.1"],
      mx: { server: "down" },
      expect: { dane: must("deferred"), may: must("deferred") },
    },
    {
      id: "driver-defers-450",
      title: "The server answers RCPT with 450",
      cites: ["RFC 5321 4.2.1"],
      mx: { server: "rcpt-450" },
      expect: { dane: must("deferred"), may: must("deferred") },
    },
    {
      id: "driver-bounces",
      title: "The server answers RCPT with 550",
      cites: ["RFC 5321 4.2.1"],
      mx: { server: "rcpt-550" },
      expect: { dane: must("bounced"), may: must("bounced") },
    },
    {
      id: "driver-retries",
      title: "The server's port is closed at first, and open when the message is tried again",
      cites: ["RFC 5321 4.5.4.1"],
      mx: { server: "down" },
      expect: { dane: must("deferred"), may: must("deferred") },
      steps: [
        {
          title: "the server is up",
          mx: {},
          expect: { dane: must("authenticated"), may: must("encrypted") },
        },
      ],
    },
  ]),
  "the driver's contract",
);
