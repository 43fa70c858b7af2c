import type { FarmAttacker } from "../../harness/model/farm.ts";
import { attackCodes, attackedCommands, type pathTricks } from "../../harness/model/scenario.ts";
import { HarnessError } from "../../harness/words/errors.ts";
import { normal, policyOf } from "./behaviours.ts";
import type { EdgePolicy } from "./edge.ts";
import { type Edits, type OwnReply, unedited } from "./relay.ts";
import type { Tampering } from "./tunnel.ts";

/** The connection goes on: whoever closes it gets no mail. */
function saying(line: string): OwnReply {
  return { lines: [line], closes: false };
}

/** Words in clear are changed; TLS, should the client come so far, goes through. */
function editing(edits: Partial<Edits>): EdgePolicy {
  return { ...normal, inClear: { ...unedited, ...edits }, after220: { tunnel: null } };
}

function offering(offers: Partial<Edits["offers"]>): EdgePolicy {
  return editing({ offers: { ...unedited.offers, ...offers } });
}

/** STARTTLS is let through, and its 220; what comes then is the attacker's. */
function after220(does: EdgePolicy["after220"]): EdgePolicy {
  return { ...editing({}), after220: does };
}

function tampering(
  does: Tampering["does"],
  of: Tampering["of"],
  type: Tampering["type"],
  number: number,
): EdgePolicy {
  return after220({ tunnel: { does, of, type, number } });
}

const stripping = policyOf("no-starttls", 0);

/** Whatever the texts are, only the code counts (RFC 5321 section 4.2). */
function forgedReply(command: (typeof attackedCommands)[number], code: number): EdgePolicy {
  const reply = saying(`${code} No TLS here`);
  // Whoever takes that for a yes goes on, so the server must know whom it talks to.
  const isTaken = command === "ehlo" && code >= 200 && code < 300;
  return editing({ replies: { [command]: isTaken ? { ...reply, passes: true } : reply } });
}

type Policy = EdgePolicy | null;
/** One policy, or one for the first session with the host and one for those that follow. */
type Attack = Policy | { readonly first: Policy; readonly later: Policy };

/**
 * An attacker on the path is an edge too, in front of the genuine server's: it forwards all that it does not touch, and
 * what it says instead of the server is no different from what a server without TLS, or with broken TLS, would say.
 * null: nothing gets through.
 */
const tricks: Readonly<Record<Exclude<(typeof pathTricks)[number], "divert">, Attack>> = {
  "strip-starttls": stripping,
  "strip-first-session": { first: stripping, later: editing({}) },
  "mask-starttls": offering({ instead: { STARTTLS: "XXXXXXXA" } }),
  "mask-starttls-command": editing({ commands: { starttls: "XXXXXXXX" } }),
  "mask-ehlo-command": editing({ commands: { ehlo: "XXXX" } }),
  "mask-everything": editing({
    replies: { greeting: saying(`220 ${"*".repeat(36)}0${"*".repeat(7)}`) },
    offers: {
      without: "all",
      with: ["XXXXXXXA", "XXXXXXXXXB", "XXXXXXXC"],
    },
  }),
  "mangle-starttls": offering({ instead: { STARTTLS: "STARTTLX" } }),
  "split-starttls": offering({ instead: { STARTTLS: "START TLS" } }),
  "starttls-as-parameter": offering({ instead: { STARTTLS: "HELP STARTTLS" } }),
  "starttls-in-greeting-line": offering({ without: ["STARTTLS"], greets: "STARTTLS" }),
  "bare-ehlo": offering({ without: "all" }),
  "no-esmtp": editing({
    replies: {
      greeting: saying("220 mail.example SMTP service ready"),
      ehlo: saying("500 Command unrecognized"),
    },
  }),
  "close-after-220": after220("close"),
  "abort-handshake": after220("reset"),
  "close-handshake": after220("end"),
  "stall-handshake": after220("silence"),
  "text-for-handshake": after220({ says: "500 Command unrecognized" }),
  "alert-close-notify": after220({ alert: "close_notify" }),
  "alert-unexpected-message": after220({ alert: "unexpected_message" }),
  "alert-handshake-failure": after220({ alert: "handshake_failure" }),
  "alert-access-denied": after220({ alert: "access_denied" }),
  "alert-protocol-version": after220({ alert: "protocol_version" }),
  "alert-insufficient-security": after220({ alert: "insufficient_security" }),
  "alert-internal-error": after220({ alert: "internal_error" }),
  "alert-inappropriate-fallback": after220({ alert: "inappropriate_fallback" }),
  "alert-user-canceled": after220({ alert: "user_canceled" }),
  "alert-unrecognized-name": after220({ alert: "unrecognized_name" }),
  // The server's records of TLS 1.3: ServerHello; then, encrypted, EncryptedExtensions, Certificate, and so on.
  "cut-after-server-hello": tampering("reset", "server", "application-data", 1),
  "cut-after-certificate": tampering("reset", "server", "application-data", 3),
  // The client's, encrypted: Finished, EHLO, MAIL to DATA as one, the message.
  "cut-after-handshake": tampering("reset", "client", "application-data", 2),
  "cut-message": tampering("reset", "client", "application-data", 4),
  "alter-server-hello": tampering("alter", "server", "handshake", 1),
  "alter-message": tampering("alter", "client", "application-data", 4),
  "roll-back-version": tampering("rollback", "client", "handshake", 1),
  block: null,
};

/** All but "divert", which meets another server and nobody else. */
const attackers: ReadonlyMap<string, Attack> = new Map<string, Attack>([
  ...Object.entries(tricks),
  ...attackedCommands.flatMap((command) =>
    attackCodes.map((code): [string, Attack] => [`${command}-${code}`, forgedReply(command, code)]),
  ),
]);

/** One that terminates TLS is to the sender whatever server it plays. */
export function attackerPolicy(attacker: FarmAttacker, session: number): Policy {
  if (attacker.does === "intercept") return policyOf(attacker.as, session);
  const found = attackers.get(attacker.does);
  if (found === undefined) throw new HarnessError(`there is no attacker "${attacker.does}"`);
  if (found === null || !("first" in found)) return found;
  return session === 0 ? found.first : found.later;
}
