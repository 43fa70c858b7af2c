import { idOf, isResponse, withId } from "./dns-message.ts";

export type OnAnswer = (answer: Buffer) => void;

interface Pending {
  readonly id: number;
  readonly deadline: number;
  readonly onAnswer: OnAnswer;
}

/** Longer than any resolver or name server takes. */
const patience = 30_000;
const mostPending = 0x8000;

/**
 * Questions of many clients on one way to a server, each under an ID of its own, so that two clients that chose the same
 * one are told apart. Only the ID is changed, and put back in the answer.
 */
export class PendingQuestions {
  // In the order of their coming, and so of their deadlines.
  readonly #byId = new Map<number, Pending>();
  #next = 0;

  get size(): number {
    return this.#byId.size;
  }

  /** The question as it goes to the server. */
  add(query: Buffer, onAnswer: OnAnswer): Buffer {
    this.#forgetOld();
    while (this.#byId.has(this.#next)) this.#next = (this.#next + 1) & 0xffff;
    const id = this.#next;
    this.#next = (id + 1) & 0xffff;
    this.#byId.set(id, { id: idOf(query), deadline: Date.now() + patience, onAnswer });
    return withId(query, id);
  }

  /** Hands the answer to whoever waits for it. */
  settle(message: Buffer): void {
    if (!isResponse(message)) return;
    const pending = this.#byId.get(idOf(message));
    if (pending === undefined) return;
    this.#byId.delete(idOf(message));
    message.writeUInt16BE(pending.id, 0);
    pending.onAnswer(message);
  }

  #forgetOld(): void {
    const now = Date.now();
    for (const [id, { deadline }] of this.#byId) {
      if (deadline > now && this.#byId.size < mostPending) return;
      this.#byId.delete(id);
    }
  }
}
