import type { FarmAttacker } from "../../harness/model/farm.ts";
import { normal, policyOf, refusal } from "./behaviours.ts";
import type { EdgePolicy } from "./edge.ts";
import { unedited } from "./relay.ts";

/**
 * An attacker on the path is an edge too, in front of the genuine server's: it forwards all that it does not touch, and
 * what it says instead of the server is no different from what a server without TLS, or with broken TLS, would say.
 */
export const attackers: Readonly<Record<FarmAttacker["does"], EdgePolicy>> = {
  "strip-starttls": policyOf("no-starttls", 0),
  "starttls-454": { ...normal, inClear: { ...unedited, replies: { starttls: refusal(454) } } },
  "abort-handshake": { ...normal, inClear: unedited, after220: "reset" },
  intercept: normal,
};
