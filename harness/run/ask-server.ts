import { type AuthoritativeAnswer, checkAuthoritative } from "../dns/authoritative.ts";
import { encodeQuery, type QueryFlags, udpPayload } from "../dns/message.ts";
import type { FarmClient } from "../lab/requests.ts";
import type { DnsQuestion, RawAnswer } from "../model/farm.ts";
import type { LookupAnswer, ServerWay } from "../model/lookup.ts";
import { durations } from "../words/durations.ts";
import { HarnessError, messageOf } from "../words/errors.ts";
import { turns } from "../words/turns.ts";
import type { World } from "../world/world.ts";

/** Asks a name server itself, as resolvers do, and looks at what it says. */

/** No recursion is desired. */
const iterative: QueryFlags = { rd: false, ad: false, cd: false, do: true };

export const directWays = {
  "server-DO": iterative,
  "server-TCP": iterative,
  "server-plain": { ...iterative, do: false },
  "server-no-EDNS": { ...iterative, do: false, edns: false },
} as const satisfies Partial<Record<ServerWay, QueryFlags>>;
export type DirectWay = keyof typeof directWays;

/** RFC 7766 6.2.2: a client has one connection to a server at a time. */
const mostConnections = 1;

interface Seen {
  readonly raw: RawAnswer;
  /** null: no answer came. */
  readonly found: AuthoritativeAnswer | null;
}

/** `ask`: the question in one way, checked against the zone as it is in a step; all of one server take turns with TCP. */
export function askingServer(address: string, witness: FarmClient, world: World) {
  const inTurn = turns(mostConnections);
  return async (question: DnsQuestion, way: DirectWay, step: number): Promise<LookupAnswer> => {
    const flags: QueryFlags = directWays[way];
    const edns = flags.edns === false ? null : { payload: udpPayload, do: flags.do };
    const put = async (over: "tcp" | "udp"): Promise<Seen> => {
      const ask = () => witness.ask(address, [encodeQuery(question, flags)], { over });
      const [raw] = over === "tcp" ? await onceMore(() => inTurn(ask)) : await ask();
      if (!raw) throw new HarnessError(`${address} was not asked`);
      if (raw.message === null) return { raw, found: null };
      const bytes = Buffer.from(raw.message, "base64");
      const zone = world.zoneFor(question, step);
      return { raw, found: checkAuthoritative(bytes, { ...question, edns, over }, zone, new Date()) };
    };
    try {
      if (way === "server-TCP") return told(way, await put("tcp"));
      const byUdp = await put("udp");
      // As a resolver does.
      return byUdp.found?.truncated
        ? told(way, await put("tcp"), { ...byUdp.found, most: edns?.payload ?? 512 })
        : told(way, byUdp);
    } catch (problem) {
      return told(way, { raw: { message: null, error: messageOf(problem), ms: 0 }, found: null });
    }
  };
}

/** A server may close a connection at any time; a client asks on another what was left without an answer (RFC 7766 6.2.4). */
async function onceMore(ask: () => Promise<readonly RawAnswer[]>): Promise<readonly RawAnswer[]> {
  const first = await ask();
  const closed = first.some(({ message, ms }) => message === null && ms < durations.lookupTry);
  return closed ? ask() : first;
}

/** `truncated`: what came by UDP before, and how many octets would have been taken. */
function told(
  way: DirectWay,
  { raw: { error, ms }, found }: Seen,
  truncated?: Pick<AuthoritativeAnswer, "wrong"> & { readonly most: number },
): LookupAnswer {
  if (!found)
    return {
      ...{ way, rcode: null, authenticated: false, rdata: [], ms, died: false },
      error: error ?? "no answer",
    };
  const { rcode, authenticated, rdata, wrong, bogus, octets } = found;
  const needless =
    truncated && octets <= truncated.most
      ? [`TC is set, though all ${octets} octets fit into ${truncated.most} (RFC 2181 9)`]
      : [];
  return {
    ...{ way, rcode, authenticated, rdata, ms, died: false, error: null },
    findings: { wrong: [...(truncated?.wrong ?? []), ...needless, ...wrong], bogus },
  };
}
