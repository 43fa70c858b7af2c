/** A trial as a sequence diagram: who said what to whom, in order. Made from evidence alone, see events.ts. */

/** From left to right. */
export const parties = ["authority", "resolver", "sender", "attacker", "server"] as const;
export type Party = (typeof parties)[number];

/**
 * What a reader must not miss. attack: the attacker meddles; leak: somebody reads the message who should not; stop: the
 * sender goes no further; safe: the message is delivered to an authenticated server.
 */
export type Mark = "attack" | "leak" | "stop" | "safe";

export type Channel = "dns" | "clear" | "tls";

/** One stretch of an arrow, between two parties that stand side by side in the conversation. */
export interface Link {
  readonly from: Party;
  readonly to: Party;
  readonly channel: Channel;
}

/** Something said, over one link, or over two where the attacker passes it on unchanged. */
export interface Arrow {
  readonly kind: "arrow";
  readonly links: readonly [Link] | readonly [Link, Link];
  /** A connection begins with it. */
  readonly opens?: true;
  /** As it was said, or in short. */
  readonly text: string;
  readonly mark: Mark | null;
  /** What that means, where it is marked. */
  readonly meaning: string | null;
}

/** Something that happened at one party. */
export interface Note {
  readonly kind: "note";
  readonly at: Party;
  readonly text: string;
  readonly mark: Mark | null;
}

export type SequenceEvent = Arrow | Note;

/** What came of one message, or of one more attempt at it. */
export interface SequenceStep {
  /** null: the trial has one step. */
  readonly title: string | null;
  /** Those that take part, from left to right. */
  readonly parties: readonly Party[];
  readonly events: readonly SequenceEvent[];
  /** The sender's log lines. */
  readonly log: readonly string[];
}

export interface Sequence {
  readonly steps: readonly SequenceStep[];
}
