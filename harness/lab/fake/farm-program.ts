import { BlockList, isIPv6 } from "node:net";
import type { FarmEvent, FarmRequest, MailToSubmit, RawAnswer, Submitted } from "../../model/farm.ts";
import { HarnessError, messageOf } from "../../words/errors.ts";
import type { FakeInternet } from "./internet.ts";
import type { FakeResolver } from "./resolver.ts";
import type { FakeSender } from "./sender.ts";

/** What the program finds in its network namespace. */
export interface FakeNeighbours {
  readonly internet: FakeInternet;
  readonly resolver: () => FakeResolver | undefined;
  readonly sender: () => FakeSender | undefined;
}

/** The farm's program without processes or sockets: JSON lines in, JSON lines out (harness/model/farm.ts). */
export function fakeFarmProgram(
  { internet, resolver, sender }: FakeNeighbours,
  writeLine: (line: string) => void,
): (line: string) => Promise<void> {
  const inside = new BlockList();
  let guarded = false;
  let captured: readonly string[] = [];
  const emit = (event: FarmEvent): void => writeLine(JSON.stringify(event));

  const ask = ({ messages, source }: Extract<FarmRequest, { op: "ask" }>): readonly RawAnswer[] =>
    messages.map((message) => {
      const asked = resolver();
      const answer = asked?.answer(Buffer.from(message, "base64"), source ?? "127.0.0.1");
      // It may have died of it.
      return answer && resolver() === asked
        ? { message: answer.toString("base64"), error: null, ms: 1 }
        : { message: null, error: "no answer from 127.0.0.1 port 53: connection refused", ms: 1 };
    });

  const submit = (mails: readonly MailToSubmit[]): Promise<readonly Submitted[]> => {
    const there = sender();
    if (!there) throw new HarnessError("connect ECONNREFUSED 127.0.0.1:25");
    return there.submit(mails);
  };

  const carryOut = async (request: FarmRequest): Promise<unknown> => {
    switch (request.op) {
      case "serve":
        internet.serve(request.hosts, emit);
        return null;
      case "ask":
        return ask(request);
      case "submit":
        return submit(request.mails);
      case "guard":
        guarded = true;
        for (const network of request.inside) {
          const [address = "", length] = network.split("/");
          inside.addSubnet(address, Number(length), isIPv6(address) ? "ipv6" : "ipv4");
        }
        return null;
      case "capture":
        captured = request.wanted.map(({ trial }) => trial);
        return null;
      case "packets":
        if (!captured.includes(request.trial))
          throw new HarnessError(`no packets are kept for ${request.trial}`);
        return Buffer.from(`packets of ${request.trial}`).toString("base64");
      case "stray": {
        const { address } = request;
        if (guarded && !inside.check(address, isIPv6(address) ? "ipv6" : "ipv4"))
          emit({ event: "stray", packet: { at: Date.now(), line: `eth0 Out IP 198.18.16.17 > ${address}` } });
        return null;
      }
      case "relay-dns":
        if (request.zones.some(({ rules }) => rules.length > 0))
          throw new HarnessError("the fake farm cannot strike DNS questions");
        return null;
      default:
        throw new HarnessError(`the fake farm cannot do ${JSON.stringify(request)}`);
    }
  };

  emit({ event: "ready", node: process.version });
  return async (line) => {
    const request: FarmRequest & { readonly number: number } = JSON.parse(line);
    const { number } = request;
    try {
      emit({ event: "answer", number, value: await carryOut(request) });
    } catch (error) {
      emit({ event: "answer", number, value: null, error: messageOf(error) });
    }
  };
}
