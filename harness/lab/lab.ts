import { decodeAnswer, encodeQuery } from "../dns/message.ts";
import type { Session, StrayPacket } from "../model/farm.ts";
import type { Plan, Stack } from "../model/plan.ts";
import { programId } from "../model/plan.ts";
import { durations } from "../words/durations.ts";
import { HarnessError, messageOf } from "../words/errors.ts";
import { until } from "../words/until.ts";
import type { World } from "../world/world.ts";
import type { AuthorityDriver, ResolverDriver, SenderDriver } from "./driver.ts";
import type { ContainerSpec, Engine, NetworkSpec, RunningContainer } from "./engine.ts";
import { type FarmClient, farmProgram, startFarmProgram } from "./requests.ts";

/** The third arrow of the pipeline: a world becomes running containers, proven ready by asking. */

export const runLabel = "danelab.run";

export interface StackPrograms {
  readonly stack: Stack;
  readonly sender: { readonly driver: SenderDriver; readonly image: string };
  readonly resolver: { readonly driver: ResolverDriver; readonly image: string };
}

export interface LabPrograms {
  /** Image and code of the farm. */
  readonly farm: { readonly image: string; readonly program: string };
  readonly authority: { readonly driver: AuthorityDriver; readonly image: string };
  readonly stacks: readonly StackPrograms[];
}

export interface LabListener {
  opened(session: { readonly id: string; readonly domain: string; readonly stack: string }): void;
  session(session: Session, stack: string): void;
  senderLog(stack: string, line: string): void;
  stray(packet: StrayPacket): void;
  /** Something broke. With a stack: only its trials are touched; without: all. */
  fault(message: string, stack?: string): void;
  progress(line: string): void;
}

export interface StackLab extends StackPrograms {
  /** The harness's own eyes and hands in the stack's network namespace. */
  readonly witness: FarmClient;
  readonly senderContainer: RunningContainer;
  readonly address: { readonly ipv4: string; readonly ipv6: string };
}

export interface Lab {
  readonly stacks: ReadonlyMap<string, StackLab>;
  readonly farm: FarmClient;
  readonly containers: readonly RunningContainer[];
  close(): Promise<void>;
}

export interface LabOptions {
  readonly runId: string;
  readonly network: NetworkSpec;
  readonly labels: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Joins the shell commands of one set-up step. */
function script(...commands: readonly string[]): readonly string[] {
  return ["sh", "-c", commands.join(" && ")];
}

async function setUp(container: RunningContainer, ...commands: readonly string[]): Promise<void> {
  const { exitCode, stderr, stdout } = await container.exec(script(...commands));
  if (exitCode !== 0)
    throw new HarnessError(`[${container.name}] setting up the network failed: ${stderr}${stdout}`);
}

export async function startLab(
  engine: Engine,
  plan: Plan,
  world: World,
  programs: LabPrograms,
  options: LabOptions,
  listener: LabListener,
): Promise<Lab> {
  const { addresses } = world;
  const containers: RunningContainer[] = [];
  const clients: FarmClient[] = [];
  const starting: Promise<unknown>[] = [];
  /** What died, by stack; without a stack: what all need. */
  const deaths = new Map<string | undefined, string>();
  let closing = false;

  const start = async (spec: Omit<ContainerSpec, "labels">, stack?: string): Promise<RunningContainer> => {
    options.signal.throwIfAborted();
    if (closing) throw new HarnessError("the lab is being closed");
    const begun = engine
      .start({ ...spec, name: `danelab-${options.runId}-${spec.name}`, labels: options.labels })
      .then((started) => {
        containers.push(started);
        return started;
      });
    starting.push(begun);
    const container = await begun;
    container.died.then(
      async (how) => {
        if (closing) return;
        const tail = await container.tail(10).catch(() => "");
        const death = `container ${container.name} died in the middle of the run (${how})${tail ? `; its log ends:\n${tail}` : ""}`;
        deaths.set(stack, death);
        listener.fault(death, stack);
      },
      () => undefined,
    );
    return container;
  };

  const close = async (): Promise<void> => {
    closing = true;
    for (const client of clients) client.close();
    // What is about to start would else be left behind.
    await Promise.allSettled(starting);
    await Promise.allSettled(containers.map((container) => container.remove()));
    await engine.removeNetwork(options.network.name);
  };

  const stackByAddress = new Map<string, string>();
  const farmListener = (stack?: string) => ({
    opened: (session: { id: string; domain: string; remoteAddress: string }) => {
      const owner = stackByAddress.get(session.remoteAddress);
      if (owner) listener.opened({ ...session, stack: owner });
    },
    session: (session: Session) => {
      const owner = stackByAddress.get(session.remoteAddress);
      if (owner) listener.session(session, owner);
    },
    stray: listener.stray,
    fault: (message: string) => {
      if (!closing) listener.fault(message, stack);
    },
  });
  const parked = ["sleep", "infinity"];
  const inside = [addresses.network.ipv4, addresses.network.ipv6];

  const startFarm = async (): Promise<{ client: FarmClient; container: RunningContainer }> => {
    const container = await start({
      name: "farm",
      image: programs.farm.image,
      command: parked,
      network: { join: options.network, ...addresses.farm },
      files: [{ path: farmProgram, content: programs.farm.program }],
      capabilities: ["NET_ADMIN"],
      tmpfs: {},
    });
    await setUp(
      container,
      ...Object.values(addresses.nameServers).map((address) => `ip address add ${address}/20 dev eth0`),
      // Every address of these ranges is the farm's own: hundreds of MX hosts without adding one by one.
      ...addresses.mxHosts.ipv4.map((range) => `ip route add local ${range} dev lo`),
      `ip -6 route add local ${addresses.mxHosts.ipv6} dev lo`,
    );
    const client = await startFarmProgram(container, farmListener());
    clients.push(client);
    await Promise.all([client.serve(world.hosts), client.guard(inside)]);
    return { client, container };
  };

  const startAuthority = async (farm: RunningContainer): Promise<void> => {
    const { driver, image } = programs.authority;
    await start({
      name: `authority-${driver.name}`,
      image,
      command: driver.command(world.servers),
      network: { shares: farm },
      files: [...driver.files(world.servers), ...world.zoneFiles],
      capabilities: driver.capabilities ?? [],
      tmpfs: driver.tmpfs ?? {},
    });
  };

  const startStack = async (one: StackPrograms, index: number): Promise<StackLab> => {
    const { stack, sender, resolver } = one;
    const address = addresses.stack(index);
    stackByAddress.set(address.ipv4, stack.id);
    stackByAddress.set(address.ipv6, stack.id);
    const name = `${programId(stack.sender)}-${programId(stack.resolver)}`.replaceAll("@", "-");
    const witnessContainer = await start(
      {
        name: `witness-${name}`,
        image: programs.farm.image,
        command: parked,
        network: { join: options.network, ...address },
        files: [{ path: farmProgram, content: programs.farm.program }],
        capabilities: ["NET_ADMIN"],
        tmpfs: {},
      },
      stack.id,
    );
    await setUp(
      witnessContainer,
      // AD is only believed from loopback, and glibc passes it on only with trust-ad (RFC 7672 2.1.1).
      "printf 'nameserver 127.0.0.1\\noptions edns0 trust-ad\\n' > /etc/resolv.conf",
      ...addresses.mxHosts.ipv4.map((range) => `ip route add ${range} via ${addresses.farm.ipv4}`),
      `ip -6 route add ${addresses.mxHosts.ipv6} via ${addresses.farm.ipv6}`,
      // A packet for the outside must be seen to be counted: without a route it would not even be sent.
      `ip route replace default via ${addresses.farm.ipv4}`,
      `ip -6 route replace default via ${addresses.farm.ipv6}`,
    );
    const member = async (
      role: "resolver" | "sender",
      driver: ResolverDriver | SenderDriver,
      image: string,
    ) =>
      start(
        {
          name: `${role}-${name}`,
          image,
          command: driver.command,
          network: { shares: witnessContainer },
          files: driver.files(world.facts),
          capabilities: driver.capabilities ?? [],
          tmpfs: driver.tmpfs ?? {},
        },
        stack.id,
      );
    const witnessProgram = startFarmProgram(witnessContainer, farmListener(stack.id)).then(async (client) => {
      clients.push(client);
      await client.guard(inside);
      return client;
    });
    const [witness, , senderContainer] = await Promise.all([
      witnessProgram,
      member("resolver", resolver.driver, resolver.image),
      member("sender", sender.driver, sender.image),
    ]);
    senderContainer
      .follow((line) => listener.senderLog(stack.id, line))
      .catch((error) => farmListener(stack.id).fault(messageOf(error)));
    return { ...one, witness, senderContainer, address };
  };

  try {
    await engine.createNetwork(options.network);
    const [farm, ...stacks] = await Promise.all([
      startFarm().then(async (one) => {
        await startAuthority(one.container);
        return one;
      }),
      ...programs.stacks.map(startStack),
    ]);
    await Promise.all(
      stacks.map(async (one) => {
        const { id } = one.stack;
        try {
          await proveReady(one, plan, world, options.signal, () => deaths.get(id) ?? deaths.get(undefined));
        } catch (error) {
          options.signal.throwIfAborted();
          listener.fault(messageOf(error), id);
        }
      }),
    );
    return {
      stacks: new Map(stacks.map((one) => [one.stack.id, one])),
      farm: farm.client,
      containers,
      close,
    };
  } catch (error) {
    await close().catch((problem) => listener.fault(messageOf(problem)));
    throw error;
  }
}

/** A known-good name has AD, a known-bad one SERVFAIL, and the sender takes mail. */
async function proveReady(
  lab: StackLab,
  plan: Plan,
  world: World,
  signal: AbortSignal,
  death: () => string | undefined,
): Promise<void> {
  const questionOf = (status: "secure" | "bogus") =>
    plan.domains
      .flatMap(({ key }) => world.domains.get(key)?.questions ?? [])
      .find((question) => question.status === status && !question.empty)?.question;
  let last = "nothing";
  const answers = async (status: "secure" | "bogus"): Promise<true | undefined> => {
    const question = questionOf(status);
    if (!question) return true;
    const [raw] = await lab.witness.ask("127.0.0.1", [encodeQuery(question)]);
    const answer = raw?.message ? decodeAnswer(Buffer.from(raw.message, "base64")) : undefined;
    last = answer
      ? `${question.name} ${question.type} ${answer.rcode}${answer.authenticated ? " AD" : ""}`
      : (raw?.error ?? "no answer");
    const right =
      status === "secure"
        ? answer?.rcode === "NOERROR" && answer.authenticated
        : answer?.rcode === "SERVFAIL";
    return right ? true : undefined;
  };
  const deadline = (what: string) => ({
    ms: durations.programReady,
    waitedFor: `${what} in stack ${lab.stack.id}`,
    lastSeen: () => last,
    signal,
  });
  const alive = (): void => {
    const how = death();
    if (how !== undefined) throw new HarnessError(how);
  };
  const asked = (status: "secure" | "bogus") => () => {
    alive();
    return answers(status);
  };
  await until(asked("secure"), deadline("a secure answer with AD"));
  await until(asked("bogus"), deadline("SERVFAIL for a bogus name"));
  await until(async () => {
    alive();
    try {
      await lab.witness.submit([], { port: lab.sender.driver.submission.port, sessions: 1 });
      return true;
    } catch (error) {
      last = messageOf(error);
      return undefined;
    }
  }, deadline("the sender's SMTP server"));
}
