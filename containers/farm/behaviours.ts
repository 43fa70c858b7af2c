import {
  type ListeningBehaviour,
  type peculiarities,
  refusalCodes,
  refusedCommands,
} from "../../harness/model/scenario.ts";
import { HarnessError } from "../../harness/words/errors.ts";
import type { EdgePolicy } from "./edge.ts";
import type { TlsServer } from "./handshake.ts";
import { type Edits, type OwnReply, unedited } from "./relay.ts";

export type RefusalCode = (typeof refusalCodes)[number];
type RefusedCommand = (typeof refusedCommands)[number];

/** A behaviour is one policy, or one for the first session at the host and one for those that follow. */
type Behaviour = EdgePolicy | { readonly first: EdgePolicy; readonly later: EdgePolicy };

const texts: Readonly<Record<RefusalCode, string>> = {
  354: "Go ahead",
  421: "4.3.2 Service shutting down",
  450: "4.2.0 Try again later",
  454: "4.7.0 Not available due to temporary reason",
  500: "5.5.2 Command not recognized",
  501: "5.5.4 Syntax error in parameters",
  502: "5.5.1 Command not implemented",
  503: "5.5.1 Bad sequence of commands",
  530: "5.7.0 Authentication required",
  550: "5.1.1 No such mailbox here",
  554: "5.7.0 Refused",
};

/** RFC 5321 section 3.8: whoever says 421 closes the connection. */
export function refusal(code: RefusalCode): OwnReply {
  return { lines: [`${code} ${texts[code]}`], closes: code === 421 };
}

const silence: OwnReply = { lines: [], closes: false };

const tls: TlsServer = {
  minVersion: "TLSv1.2",
  maxVersion: "TLSv1.3",
  clientCertificate: "not-asked",
  needsServerName: false,
  warns: null,
};

/** The reply to STARTTLS is the edge's own, as it is the edge that does TLS. */
const inClear: Edits = {
  ...unedited,
  replies: { starttls: { lines: ["220 2.0.0 Ready to start TLS"], closes: false } },
};

/** A server as most are. */
export const normal: EdgePolicy = {
  inClear,
  underTls: unedited,
  after220: "handshake",
  tls,
  closeNotify: true,
};

/** Normal but for some replies: they leave the session in clear text, and it goes on. */
function replying(replies: Edits["replies"]): EdgePolicy {
  return {
    ...normal,
    inClear: { ...inClear, replies: { ...inClear.replies, ...replies } },
    underTls: { ...unedited, replies },
  };
}

function offering(offers: Edits["offers"], underTls: Edits = unedited): EdgePolicy {
  return { ...normal, inClear: { ...inClear, offers }, underTls };
}

function speaking(difference: Partial<TlsServer>): EdgePolicy {
  return { ...normal, tls: { ...tls, ...difference } };
}

function version(only: TlsServer["minVersion"], ciphers?: string): Partial<TlsServer> {
  return { minVersion: only, maxVersion: only, ...(ciphers === undefined ? {} : { ciphers }) };
}

/** Whatever OpenSSL still has. */
const anyStrength = "@SECLEVEL=0";

/** IANA's numbers of the suites of RSA, DHE and ECDHE with RC4, 3DES and, of RSA and DHE, export keys. */
const weakSuites = [
  0x0003, 0x0004, 0x0005, 0x0006, 0x0008, 0x000a, 0x0011, 0x0014, 0x0016, 0xc007, 0xc008, 0xc011, 0xc012,
];

const withoutStarttls: EdgePolicy = {
  ...normal,
  inClear: {
    ...unedited,
    offers: { without: ["STARTTLS"], with: [] },
    replies: { starttls: refusal(502) },
  },
};

const withoutUtf8: Edits["offers"] = { without: ["SMTPUTF8"], with: [] };

const peculiar: Readonly<Record<(typeof peculiarities)[number], Behaviour>> = {
  normal,
  "no-starttls": withoutStarttls,
  "starttls-lowercase": offering({ without: ["STARTTLS"], with: ["starttls"] }),
  "starttls-parameter": offering({ without: ["STARTTLS"], with: ["STARTTLS REQUIRED"] }),
  "starttls-again": offering(unedited.offers, {
    ...unedited,
    offers: { without: [], with: ["STARTTLS"] },
    // RFC 3207 section 4.2: a client must not start TLS twice. One that does gets no mail through.
    replies: { starttls: refusal(421) },
  }),
  "starttls-selective": { first: withoutStarttls, later: normal },
  "starttls-silence": replying({ starttls: silence }),
  "capabilities-change": offering(
    // No message is that small.
    { without: ["SIZE", "8BITMIME"], with: ["SIZE 64"] },
    { ...unedited, offers: { without: ["PIPELINING", "SMTPUTF8"], with: [] }, oneAtATime: true },
  ),
  "no-smtputf8": offering(withoutUtf8, { ...unedited, offers: withoutUtf8 }),
  greylist: { first: replying({ rcpt: refusal(450) }), later: normal },
  "close-after-220": { ...normal, after220: "close" },
  "tls-alert": { ...normal, after220: { alert: "handshake_failure" } },
  "tls-silence": { ...normal, after220: "silence" },
  "ssl-3-only": { ...normal, after220: { version: "SSLv3", suites: null } },
  "tls-1.0-only": speaking(version("TLSv1", `DEFAULT:${anyStrength}`)),
  "tls-1.1-only": speaking(version("TLSv1.1", `DEFAULT:${anyStrength}`)),
  "tls-1.2-only": speaking(version("TLSv1.2")),
  "tls-1.3-only": speaking(version("TLSv1.3")),
  "tls-anonymous-only": speaking({ ...version("TLSv1.2", `aNULL:!eNULL:${anyStrength}`), anonymous: true }),
  "tls-null-only": speaking(version("TLSv1.2", `eNULL:!aNULL:${anyStrength}`)),
  "tls-weak-only": { ...normal, after220: { version: "TLSv1.2", suites: weakSuites } },
  "tls-hello-retry": speaking({ ...version("TLSv1.3"), groups: "secp384r1" }),
  resumes: speaking({ resumes: true }),
  "client-certificate-asked": speaking({ clientCertificate: "asked" }),
  "client-certificate-demanded": speaking({ clientCertificate: "demanded" }),
  "sni-required": speaking({ needsServerName: true }),
  "sni-warning": speaking({ ...version("TLSv1.2"), warns: "unrecognized_name" }),
  "no-close-notify": { ...normal, closeNotify: false },
  "raw-public-key": { ...normal, after220: "raw-public-key" },
};

function refusing(command: RefusedCommand, code: RefusalCode): EdgePolicy {
  const reply = refusal(code);
  // RFC 5321 section 3.1: after a greeting of 554, all but QUIT is answered with 503.
  if (command === "greeting") return replying({ greeting: reply, ehlo: refusal(503), helo: refusal(503) });
  return replying({ [command]: reply });
}

/** How each server differs from the normal one. */
export const behaviours: ReadonlyMap<string, Behaviour> = new Map([
  ...Object.entries(peculiar),
  ...refusedCommands.flatMap((command) =>
    refusalCodes.map((code) => [`${command}-${code}`, refusing(command, code)] as const),
  ),
]);

/** The policy of the host's session of this number, from 0 on. */
export function policyOf(behaviour: ListeningBehaviour, session: number): EdgePolicy {
  const found = behaviours.get(behaviour);
  if (found === undefined) throw new HarnessError(`there is no server behaviour "${behaviour}"`);
  if (!("first" in found)) return found;
  return session === 0 ? found.first : found.later;
}
