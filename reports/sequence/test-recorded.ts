import { readFileSync } from "node:fs";
import type { Evidence } from "../../harness/model/evidence.ts";
import { sequenceOf } from "./events.ts";
import type { Sequence } from "./sequence.ts";

/** Evidence of real trials. */
export const recordings = [
  "strip-starttls-may",
  "strip-starttls-dane",
  "mitm-selfsigned-may",
  "mitm-selfsigned-dane",
  "abort-handshake-may",
  "tlsa-strip-dane",
  "ad-spoof-exposed",
] as const;
export type Recording = (typeof recordings)[number];

export function recorded(name: Recording): Evidence {
  return JSON.parse(readFileSync(new URL(`./recorded/${name}.json`, import.meta.url), "utf8"));
}

export function sequenceOfRecorded(name: Recording): Sequence {
  return sequenceOf(recorded(name), ["while it lasts", "the attack is over"]);
}
