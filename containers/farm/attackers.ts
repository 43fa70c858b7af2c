import type { FarmAttacker } from "../../harness/model/farm.ts";
import type { PathAttack } from "../../harness/model/scenario.ts";
import { normal, policyOf, type RefusalCode, refusal } from "./behaviours.ts";
import type { EdgePolicy } from "./edge.ts";
import { unedited } from "./relay.ts";

/** STARTTLS is answered by the attacker. */
function refusing(code: RefusalCode): EdgePolicy {
  return { ...normal, inClear: { ...unedited, replies: { starttls: refusal(code) } } };
}

/**
 * An attacker on the path is an edge too, in front of the genuine server's: it forwards all that it does not touch, and
 * what it says instead of the server is no different from what a server without TLS, or with broken TLS, would say.
 * null: nothing gets through.
 */
export const attackers: Readonly<Record<PathAttack, EdgePolicy | null>> = {
  "strip-starttls": policyOf("no-starttls", 0),
  "reject-ehlo": { ...normal, inClear: { ...unedited, replies: { ehlo: refusal(502) } } },
  "starttls-454": refusing(454),
  "starttls-500": refusing(500),
  "starttls-501": refusing(501),
  "starttls-502": refusing(502),
  "starttls-503": refusing(503),
  "starttls-530": refusing(530),
  "starttls-554": refusing(554),
  "abort-handshake": { ...normal, inClear: unedited, after220: "reset" },
  "alert-handshake": { ...normal, inClear: unedited, after220: { alert: "handshake_failure" } },
  block: null,
};

/** One that terminates TLS is to the sender whatever server it plays. */
export function attackerPolicy(attacker: FarmAttacker, session: number): EdgePolicy | null {
  return attacker.does === "intercept" ? policyOf(attacker.as, session) : attackers[attacker.does];
}
