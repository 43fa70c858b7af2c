/** The transcript of a session, taken apart; and two transcripts of one session, before and behind an attacker, laid side by side. */

export interface Utterance {
  /** note: nobody said it, it happened. */
  readonly by: "client" | "server" | "note";
  /** One line; of a reply all of its lines. */
  readonly lines: readonly [string, ...string[]];
}

/** As the farm's recorder writes them: "C: EHLO x", "S: 250-STARTTLS", "-- TLS established". */
export function utterancesOf(transcript: readonly string[]): readonly Utterance[] {
  const all: Utterance[] = [];
  let reply: readonly string[] = [];
  for (const line of transcript) {
    const text = line.slice(3);
    if (!line.startsWith("S: ")) {
      all.push({ by: line.startsWith("C: ") ? "client" : "note", lines: [text] });
      continue;
    }
    reply = [...reply, text];
    // RFC 5321 4.2.1: a hyphen behind the code of every line but the last.
    if (text[3] === "-") continue;
    const [first = text, ...more] = reply;
    all.push({ by: "server", lines: [first, ...more] });
    reply = [];
  }
  const [cut, ...more] = reply;
  return cut === undefined ? all : [...all, { by: "server", lines: [cut, ...more] }];
}

/** Something said in a session that two witnesses saw: by whom it was seen tells how far it came. */
export interface Passage {
  /** By the attacker, on the sender's side; null: it never came there. */
  readonly near: Utterance | null;
  /** By the genuine server behind the attacker. */
  readonly far: Utterance | null;
}

/** far: null: nobody stands behind. */
export function passagesOf(near: readonly Utterance[], far: readonly Utterance[] | null): readonly Passage[] {
  if (far === null) return near.map((one) => ({ near: one, far: null }));
  const [hello, beyond] = [near.findIndex(isHello), far.findIndex(isHello)];
  const isTunnel = hello >= 0 && beyond >= 0 && !near.some(isEstablished);
  return isTunnel ? throughTunnel(near, far, hello, beyond) : sideBySide(near, far);
}

function isHello({ by, lines: [line] }: Utterance): boolean {
  return by === "note" && line.startsWith("ClientHello");
}

export function isEstablished({ by, lines: [line] }: Utterance): boolean {
  return by === "note" && /^TLS (established|resumed)/.test(line);
}

/**
 * The attacker lets the handshake through, so that all that follows passes it, in words that it cannot read. What it does to
 * the handshake comes before that, what it does to later records after it.
 */
function throughTunnel(
  near: readonly Utterance[],
  far: readonly Utterance[],
  hello: number,
  beyond: number,
): readonly Passage[] {
  const own = near.slice(hello + 1).map((one): Passage => ({ near: one, far: null }));
  const early = own.filter((one) => one.near?.lines[0].includes(" handshake record "));
  const passed = far
    .slice(beyond + 1)
    .map((one): Passage => ({ near: one.by === "note" && !isEstablished(one) ? null : one, far: one }));
  const end = passed.findLastIndex((one) => one.near !== null) + 1;
  return [
    ...sideBySide(near.slice(0, hello), far.slice(0, beyond)),
    ...near.slice(hello, hello + 1).map((one): Passage => ({ near: one, far: one })),
    ...early,
    ...passed.slice(0, end),
    ...own.filter((one) => !early.includes(one)),
    ...passed.slice(end),
  ];
}

function isSame(one: Utterance, other: Utterance): boolean {
  if (one.by !== other.by || one.by === "note") return false;
  const [text, otherText] = [one.lines.join("\n"), other.lines.join("\n")];
  return text === otherText || isUncounted(text, otherText) || isUncounted(otherText, text);
}

/** A server whose log tells of a message does not count its octets. */
function isUncounted(text: string, counted: string): boolean {
  return text === "(message)" && /^\(message, \d+ octets\)$/.test(counted);
}

/**
 * What passed unchanged stands in both, in the same order: the longest common sequence of them. Between two such, what
 * reached the attacker comes first, then what the server saw, then what the attacker made of it.
 */
export function sideBySide(near: readonly Utterance[], far: readonly Utterance[]): readonly Passage[] {
  const passages: Passage[] = [];
  let from = 0;
  let farFrom = 0;
  for (const [here, there] of [...commonPlaces(near, far), [near.length, far.length] as const]) {
    const own = near.slice(from, here);
    const heard = lengthOfHeard(own);
    passages.push(
      ...own.slice(0, heard).map((one) => ({ near: one, far: null })),
      ...far.slice(farFrom, there).map((one) => ({ near: null, far: one })),
      ...own.slice(heard).map((one) => ({ near: one, far: null })),
    );
    const [both, beyond] = [near[here], far[there]];
    if (both && beyond) passages.push({ near: both, far: beyond });
    [from, farFrom] = [here + 1, there + 1];
  }
  return passages;
}

/** Up to the attacker's reply; and an attacker that has done its handshake does the server's before it listens on. */
function lengthOfHeard(own: readonly Utterance[]): number {
  const end = own.findIndex(
    ({ by }, at) => by === "server" || (by === "client" && own[at - 1]?.by === "note"),
  );
  return end < 0 ? own.length : end;
}

/** Places of a longest common sequence, in both. */
function commonPlaces(
  near: readonly Utterance[],
  far: readonly Utterance[],
): readonly (readonly [number, number])[] {
  /** How much is common from these places on. */
  const rest = Array.from({ length: near.length + 1 }, () => new Array<number>(far.length + 1).fill(0));
  const from = (here: number, there: number): number => rest[here]?.[there] ?? 0;
  const same = (here: number, there: number): boolean => {
    const [one, other] = [near[here], far[there]];
    return one !== undefined && other !== undefined && isSame(one, other);
  };
  for (let here = near.length - 1; here >= 0; here--) {
    for (let there = far.length - 1; there >= 0; there--) {
      const row = rest[here];
      if (row)
        row[there] = same(here, there)
          ? from(here + 1, there + 1) + 1
          : Math.max(from(here + 1, there), from(here, there + 1));
    }
  }
  const places: [number, number][] = [];
  let [here, there] = [0, 0];
  while (here < near.length && there < far.length) {
    if (same(here, there)) places.push([here++, there++]);
    else if (from(here + 1, there) >= from(here, there + 1)) here++;
    else there++;
  }
  return places;
}

/** Of an EHLO reply: its keywords. */
export function extensionsOf({ lines }: Utterance): readonly string[] {
  return lines.slice(1).map((line) => line.slice(4).trim());
}

export function offersStarttls(reply: Utterance): boolean {
  return extensionsOf(reply).some((keyword) => /^STARTTLS\b/i.test(keyword));
}
