import type { ServerBehaviour } from "../../harness/model/scenario.ts";
import type { EdgePolicy } from "./edge.ts";

/** A server as most are. The reply to STARTTLS is the edge's own, as it is the edge that does TLS. */
export const normal: EdgePolicy = {
  offersStarttls: true,
  starttlsReply: "220 2.0.0 Ready to start TLS",
  after220: "handshake",
  versions: { minVersion: "TLSv1.2", maxVersion: "TLSv1.3" },
};

/** How each server differs from that one. A reply other than 220 leaves the session in clear text, and it goes on. */
export const behaviours: Readonly<Record<ServerBehaviour, EdgePolicy>> = {
  normal,
  "no-starttls": { ...normal, offersStarttls: false, starttlsReply: "502 5.5.1 Command not implemented" },
  "starttls-454": { ...normal, starttlsReply: "454 4.7.0 TLS not available due to temporary reason" },
  "starttls-500": { ...normal, starttlsReply: "500 5.5.2 Command not recognized" },
  "starttls-502": { ...normal, starttlsReply: "502 5.5.1 Command not implemented" },
  "starttls-554": { ...normal, starttlsReply: "554 5.7.0 TLS refused" },
  "close-after-220": { ...normal, after220: "close" },
  "tls-alert": { ...normal, after220: "alert" },
  "tls-1.2-only": { ...normal, versions: { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } },
  "tls-1.3-only": { ...normal, versions: { minVersion: "TLSv1.3", maxVersion: "TLSv1.3" } },
};
