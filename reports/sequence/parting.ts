import { isEstablished, offersStarttls, type Utterance } from "./dialogue.ts";

/**
 * Why a sender left that said nothing of its message.
 *
 * @param spoken what it said and heard
 * @returns null: it did say something of it, or the server sent it away
 */
export function reasonToLeave(spoken: readonly Utterance[]): string | null {
  const said = (by: Utterance["by"], pattern: RegExp): boolean =>
    spoken.some((utterance) => utterance.by === by && pattern.test(utterance.lines[0]));
  if (said("client", /^MAIL FROM:/i)) return null;
  const greeting = spoken.find(({ by }) => by === "server");
  if (!greeting?.lines[0].startsWith("220")) return null;
  if (spoken.some(isEstablished)) return "it does not accept this certificate";
  if (said("note", /^(TLS failed|ClientHello|connection closed after the 220)/)) return "no TLS came about";
  if (said("client", /^STARTTLS\b/i)) return "STARTTLS is refused";
  const offers = spoken.find(({ by, lines: [line] }) => by === "server" && /^250[- ]/.test(line));
  return offers && !offersStarttls(offers) ? "there is no TLS here" : null;
}
