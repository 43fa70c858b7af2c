import { asServerLogged, type Session } from "../../harness/model/farm.ts";
import { extensionsOf, offersStarttls, type Passage, type Utterance } from "./dialogue.ts";
import type { Arrow } from "./sequence.ts";

/** How things that were said are told, and what of them a reader must not miss. */
export type Told = Pick<Arrow, "text" | "mark" | "meaning">;

export function plainly(text: string): Told {
  return { text, mark: null, meaning: null };
}

export function byTheAttacker(text: string, meaning: string): Told {
  return { text, mark: "attack", meaning };
}

/** Parameters of MAIL and RCPT tell nothing here. */
export function commandTold(line: string): Told {
  return plainly(line.replace(/^((?:MAIL|RCPT) \w+:<[^>]*>).*$/i, "$1"));
}

/** "(message, 479 octets)", or "(message)" where a server's log does not count them: of a command that is none. */
export function messageTold(
  line: string,
  front: Session,
  behind: Session | null,
  canary: string,
): Told | null {
  const [found, how = ""] = /^\(message(, \d+ octets(?:, cut off)?)?\)$/.exec(line) ?? [];
  if (found === undefined) return null;
  const told = plainly(`the message${how}`);
  if (front.canary !== canary) return told;
  const inClear = front.canaryInClear || behind?.canaryInClear === true;
  if (front.witness === "attacker")
    return {
      ...told,
      mark: "leak",
      meaning: `${inClear ? "in clear text: " : ""}the attacker reads the message`,
    };
  return inClear
    ? { ...told, mark: "leak", meaning: "in clear text: whoever is on the path can read it" }
    : told;
}

/**
 * @param before what was said last, where it only came as far as the attacker
 * @param after what is said next
 */
export function replyTold(
  { near, far }: Passage,
  { toEhlo, underTls }: { readonly toEhlo: boolean; readonly underTls: boolean },
  [before, after]: readonly [Passage | undefined, Passage | undefined],
): Told {
  const reply = near ?? far;
  if (!reply) return plainly("");
  const text = toEhlo ? offersText(reply, underTls) : reply.lines.join(" / ");
  if (near && far) return plainly(text);
  if (far) {
    const replaced = after?.near?.by === "server" && after.far === null;
    return replaced ? plainly(text) : byTheAttacker(text, "the attacker holds it back");
  }
  const original = before?.near === null && before.far?.by === "server" ? before.far : null;
  if (original === null) return byTheAttacker(text, "the attacker says so, not the server");
  const change = toEhlo ? changeOfOffers(original, reply) : null;
  return byTheAttacker(text, change ?? "the attacker says this instead");
}

/** Of the extensions, STARTTLS is the one that matters, and only in clear text. */
function offersText(reply: Utterance, underTls: boolean): string {
  const offered = offersStarttls(reply);
  const others = extensionsOf(reply).length - (offered ? 1 : 0);
  if (underTls && !offered) return `250 with ${others} extensions`;
  return offered
    ? `250 with STARTTLS and ${others} more extensions`
    : `250 without STARTTLS, ${others} other extensions`;
}

function changeOfOffers(server: Utterance, attacker: Utterance): string | null {
  const [before, after] = [extensionsOf(server), extensionsOf(attacker)];
  const gone = before.filter((one) => !after.includes(one));
  const added = after.filter((one) => !before.includes(one));
  const said = [
    ...(gone.length > 0 ? [`took out ${gone.join(", ")}`] : []),
    ...(added.length > 0 ? [`put in ${added.join(", ")}`] : []),
  ];
  return said.length > 0 ? `the attacker ${said.join(" and ")}` : null;
}

export function certificateTold(
  version: string,
  { certificate, transcript }: Session,
  resumed: boolean,
): string {
  const none = transcript.includes(asServerLogged) ? "certificate not seen" : "no certificate";
  const shown = resumed
    ? "an earlier session resumed: no certificate"
    : certificate === null
      ? none
      : `certificate SHA-256 ${certificate.slice(0, 12)}…`;
  return `${version}, ${shown}`;
}
