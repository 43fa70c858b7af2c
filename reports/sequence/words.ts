import type { Channel, Mark, Party } from "./sequence.ts";

/** How a diagram names and marks things, alike in every form. Nothing is told by colour alone. */

export const markSigns: Readonly<Record<Mark, { readonly symbol: string; readonly meaning: string }>> = {
  attack: { symbol: "!", meaning: "the attacker at work" },
  leak: { symbol: "✗", meaning: "the message is lost" },
  stop: { symbol: "■", meaning: "the sender goes no further" },
  safe: { symbol: "✓", meaning: "delivered and authenticated" },
};

export const channelMeanings: Readonly<Record<Channel, string>> = {
  dns: "DNS",
  clear: "in clear text",
  tls: "under TLS",
};

/** Where an attacker is, the server is the genuine one. */
export function partyName(party: Party, among: readonly Party[]): string {
  return party === "server" && among.includes("attacker") ? "genuine server" : party;
}
