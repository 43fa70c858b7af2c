import type { FarmAttacker } from "../../harness/model/farm.ts";
import { behaviours, normal } from "./behaviours.ts";
import type { EdgePolicy } from "./edge.ts";

/**
 * An attacker on the path is an edge too, in front of the genuine server's: it forwards all that it does not touch, and
 * what it says instead of the server is no different from what a server without TLS, or with broken TLS, would say.
 */
export const attackers: Readonly<Record<FarmAttacker["does"], EdgePolicy>> = {
  "strip-starttls": behaviours["no-starttls"],
  "starttls-454": behaviours["starttls-454"],
  "abort-handshake": { ...normal, starttlsReply: null, after220: "reset" },
  intercept: normal,
};
