import { decodeMessage } from "../dns/sections.ts";
import { labelOf, type TestedServer } from "../model/authority.ts";
import type { SenderQuestion } from "../model/evidence.ts";
import type { OutsideResolver, OutsideServer } from "../model/facts.ts";
import type { Session, StrayPacket } from "../model/farm.ts";
import { type Plan, programId, sendingHostOf } from "../model/plan.ts";
import { HarnessError, messageOf } from "../words/errors.ts";
import { turns } from "../words/turns.ts";
import { prefixLength } from "../world/addresses.ts";
import type { ChangingInstance, World } from "../world/world.ts";
import type { AuthorityDriver, Driver, ServerNews } from "./driver.ts";
import type { ContainerSpec, Engine, NetworkSpec, RunningContainer } from "./engine.ts";
import { gathered } from "./gather.ts";
import { type Outside, type Outward, openOutside, openResolver } from "./outside.ts";
import { proveOutside, proveReady, proveResolver, proveServing } from "./ready.ts";
import { type ReceiverProgram, startReceiver } from "./receiver.ts";
import { type FarmClient, farmProgram, startFarmProgram } from "./requests.ts";
import {
  harnessAddress,
  type LoneHost,
  type LoneResolver,
  type ResolvingHost,
  type SendingHost,
  type StackPrograms,
} from "./sending-host.ts";
import { joinSessions } from "./server-sessions.ts";
import { upstreamCommand, upstreamFiles } from "./upstream.ts";
import { wantedPackets } from "./wanted-packets.ts";

export type { SendingHost, StackPrograms } from "./sending-host.ts";

/** The third arrow of the pipeline: a world becomes running containers, proven ready by asking. */

export const runLabel = "danelab.run";

export interface LabPrograms {
  /** Image and code of the farm. */
  readonly farm: { readonly image: string; readonly program: string };
  readonly authority: { readonly driver: AuthorityDriver; readonly image: string };
  /** Real servers that stand at some MX. */
  readonly receivers: readonly ReceiverProgram[];
  readonly stacks: readonly StackPrograms[];
  /** Resolvers without a sender. */
  readonly resolvers?: readonly LoneResolver[];
  /** A name server outside the lab that has the recipient domains' zones. */
  readonly outside?: OutsideServer;
  /** The resolver of stacks and lone resolvers that have none of their own; `image` is of the one that answers its questions. */
  readonly outsideResolver?: { readonly server: OutsideResolver; readonly image: string };
  /** Name servers that are tried themselves, each with zones of its own. */
  readonly tested?: readonly TestedProgram[];
}

export interface TestedProgram {
  readonly server: TestedServer;
  readonly driver: AuthorityDriver;
  readonly image: string;
}

export interface LabListener {
  opened(session: { readonly id: string; readonly domain: string; readonly host: string }): void;
  session(session: Session, host: string): void;
  senderLog(host: string, line: string): void;
  /** A question that the resolver of the host logged: by the sender, or by the harness itself. */
  question(host: string, question: SenderQuestion, byHarness: boolean): void;
  /** What the log of a real server tells. */
  serverNews?(news: ServerNews): void;
  stray(packet: StrayPacket): void;
  /** Something broke. With a sending host: only its trials are touched; without: all. */
  fault(message: string, host?: string): void;
  progress(line: string): void;
}

export interface Lab {
  /** Starts a stack of the programs and proves it ready. A host of it that is not ready in time is told as a fault. */
  startStack(id: string): Promise<RunningStack>;
  /** Of the stacks that run now, by id. */
  readonly hosts: ReadonlyMap<string, SendingHost>;
  /** By id. */
  readonly resolvers: ReadonlyMap<string, LoneHost>;
  readonly farm: FarmClient;
  /** Those that run now. */
  readonly containers: readonly RunningContainer[];
  /** Trials whose packets are kept, for the farm to give. */
  readonly captured: ReadonlySet<string>;
  /** How the name server under test with this id died; undefined: it has not. */
  deathOf(id: string): string | undefined;
  /** The name servers under test get their zones as they are in this step. */
  changeZones(step: number): Promise<void>;
  close(): Promise<void>;
}

export interface RunningStack {
  readonly hosts: readonly SendingHost[];
  /** Resolves when the resolver's process ends before the stack is closed; the text says how. */
  readonly resolverDied: Promise<string>;
  close(): Promise<void>;
}

export interface LabOptions {
  readonly runId: string;
  readonly network: NetworkSpec;
  readonly labels: Readonly<Record<string, string>>;
  /** The lab is to go on when the harness ends. */
  readonly keep: boolean;
  /** Trials whose packets are to be kept. */
  readonly captured: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/**
 * resolv.conf(5). glibc passes AD on only with trust-ad (RFC 7672 2.1.1). A sender asks for some records twice: with the usual
 * five seconds a lookup without an answer would take half a minute.
 */
const resolverOptions = "edns0 trust-ad timeout:3 attempts:2";

/** What shares the namespace of a stack. */
type Member = Extract<Driver, { readonly role: "resolver" | "sender" | "verifier" }>;

/** How the process ended, and the last of what it wrote. */
type OnDeath = (how: string, tail: string) => void;

function told(how: string, tail: string): string {
  return [how, ...tail.split("\n").filter(Boolean).slice(-1)].join("; its log ends: ");
}

/** What ends together: what all share, or one stack. */
interface Group {
  readonly containers: RunningContainer[];
  readonly clients: FarmClient[];
  readonly starting: Promise<unknown>[];
  closing: boolean;
}

/** Where a resolver listens: on loopback for the sender beside it, and for the one across the network. */
const everyAddress = "0.0.0.0";

/** undefined: it cannot be read. */
function questionIn({ message }: Outward): SenderQuestion | undefined {
  try {
    const { question } = decodeMessage(Buffer.from(message, "base64"));
    return question ? { ...question, name: question.name.toLowerCase() } : undefined;
  } catch {
    return undefined;
  }
}

function newGroup(): Group {
  return { containers: [], clients: [], starting: [], closing: false };
}

async function end(group: Group): Promise<void> {
  group.closing = true;
  for (const client of group.clients) client.close();
  // What is about to start would else be left behind.
  await Promise.allSettled(group.starting);
  await Promise.allSettled(group.containers.map((container) => container.remove()));
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
  const shared = newGroup();
  const groups = new Set([shared]);
  /** What died, by sending host; without one: what all need. */
  const deaths = new Map<string | undefined, string>();
  let closing = false;

  const start = async (
    group: Group,
    spec: Omit<ContainerSpec, "labels">,
    /** The sending hosts that need it; none: all. */
    needed: readonly string[] = [],
    /** What its death means, where not a fault of those that need it. */
    onDeath?: OnDeath,
  ): Promise<RunningContainer> => {
    options.signal.throwIfAborted();
    if (closing || group.closing) throw new HarnessError("the lab is being closed");
    const begun = engine
      .start({
        ...spec,
        name: `danelab-${options.runId}-${spec.name}`,
        labels: options.labels,
        logged: options.keep,
      })
      .then((started) => {
        group.containers.push(started);
        return started;
      });
    group.starting.push(begun);
    const container = await begun;
    container.died.then(
      async (how) => {
        if (group.closing) return;
        const tail = await container.tail(10).catch(() => "");
        if (onDeath) return onDeath(how, tail);
        const death = `container ${container.name} died in the middle of the run (${how})${tail ? `; its log ends:\n${tail}` : ""}`;
        for (const host of needed.length > 0 ? needed : [undefined]) {
          deaths.set(host, death);
          listener.fault(death, host);
        }
      },
      () => undefined,
    );
    return container;
  };

  const close = async (): Promise<void> => {
    closing = true;
    outside?.close();
    outsideResolver?.close();
    await Promise.all([...groups].map(end));
    await engine.removeNetwork(options.network.name);
  };

  const hostByAddress = new Map<string, string>();
  const give = (session: Session): void => {
    const owner = hostByAddress.get(session.remoteAddress);
    if (owner) listener.session(session, owner);
  };
  const joined = joinSessions(give, (message) => listener.fault(message));
  const farmListener = (group: Group, host?: string) => ({
    opened: (session: { id: string; domain: string; remoteAddress: string }) => {
      const owner = hostByAddress.get(session.remoteAddress);
      if (owner) listener.opened({ ...session, host: owner });
    },
    session: (session: Session, passedFrom?: string) => {
      if (passedFrom === undefined) give(session);
      else joined.session(session, passedFrom);
    },
    stray: listener.stray,
    fault: (message: string) => {
      if (!group.closing) listener.fault(message, host);
    },
  });
  const tested = programs.tested ?? [];
  let outside: Outside | undefined;
  const openToOutside = async (farm: {
    readonly client: FarmClient;
    readonly container: RunningContainer;
  }): Promise<void> => {
    if (!programs.outside) return;
    const { address, primary } = programs.outside;
    const { outside: place, domains } = addresses.nameServers;
    await farm.client.standIn(place);
    outside = await openOutside(programs.outside, farm.client, farm.container, domains, (message) =>
      listener.fault(message),
    );
    listener.progress(
      `the lab is open to ${address}, for DNS messages alone; the hidden primary is at ${primary.address} port ${primary.port}`,
    );
    await proveOutside(address, world.outside, outside, options.signal, listener.progress);
  };
  const parked = ["sleep", "infinity"];
  const inside = [addresses.network.ipv4, addresses.network.ipv6];

  const relays = [
    ...(world.relay.listen.length > 0 ? [world.relay] : []),
    ...programs.stacks.flatMap(({ stack }, index) =>
      plan.trials.some((trial) => trial.stack === stack.id && trial.reach === "network")
        ? world.stubRelays(index)
        : [],
    ),
  ];
  const serverAddresses = new Set([
    ...[...world.servers, ...[...world.tested.values()].map(({ instance }) => instance)].flatMap(
      (server) => server.addresses,
    ),
    // The relay before the domains listens in the range that is the farm's anyhow.
    ...relays.filter((relay) => relay !== world.relay).flatMap(({ listen }) => listen),
    ...(programs.outside ? [addresses.nameServers.outside] : []),
  ]);

  const startProgram = async (
    group: Group,
    container: RunningContainer,
    host?: string,
    /** Of a server outside the lab, which the program stands in for. */
    outward?: (message: Outward, standIn: FarmClient) => void,
  ): Promise<FarmClient> => {
    const own = { ...farmListener(group, host), outward: (message: Outward) => outward?.(message, client) };
    const client = await startFarmProgram(container, own, options.keep);
    group.clients.push(client);
    return client;
  };

  let captured: ReadonlySet<string> = new Set();
  /** Packets are for people to look at: where they cannot be had, all else goes on. */
  const capture = async (client: FarmClient): Promise<void> => {
    if (options.captured.size === 0) return;
    const { ipv4, ipv6 } = addresses.mxHosts;
    const wanted = wantedPackets(plan, world, options.captured);
    try {
      await client.capture({
        device: "eth0",
        networks: [...ipv4, ipv6],
        wanted,
        comment: `danelab run ${options.runId}: mail and DNS as they reached and left the lab's servers.`,
      });
      captured = options.captured;
    } catch (error) {
      listener.progress(messageOf(error));
    }
  };

  const startFarm = async () => {
    const container = await start(shared, {
      name: "farm",
      image: programs.farm.image,
      command: parked,
      network: { join: options.network, ...addresses.farm },
      precedes: true,
      files: [{ path: farmProgram, content: programs.farm.program }],
      capabilities: ["NET_ADMIN", "NET_RAW"],
      tmpfs: {},
    });
    await setUp(
      container,
      ...[...serverAddresses].map((address) => `ip address add ${address}/${prefixLength} dev eth0`),
      // Every address of these ranges is the farm's own: hundreds of MX hosts without adding one by one.
      ...addresses.mxHosts.ipv4.map((range) => `ip route add local ${range} dev lo`),
      `ip -6 route add local ${addresses.mxHosts.ipv6} dev lo`,
    );
    // Where hundreds of handshakes are under way, a question would wait for its turn: DNS has a process of its own.
    const [servers, dns] = await Promise.all([
      startProgram(shared, container, undefined, (message, standIn) => {
        outside?.carry(message, standIn).catch(() => undefined);
      }),
      startProgram(shared, container),
    ]);
    const client: FarmClient = { ...servers, relayDns: dns.relayDns, forwardDns: dns.forwardDns };
    await Promise.all([
      client.serve(world.hosts),
      client.guard(inside),
      capture(client),
      ...relays.map((relay) => client.relayDns(relay)),
    ]);
    return { client, container };
  };

  const startAuthority = async (farm: RunningContainer): Promise<void> => {
    const { driver, image } = programs.authority;
    authority = await start(shared, {
      name: `authority-${driver.name}`,
      image,
      command: driver.command(world.servers),
      precedes: true,
      network: { shares: farm },
      files: [...driver.files(world.servers), ...world.zoneFiles],
      capabilities: driver.capabilities ?? [],
      tmpfs: driver.tmpfs ?? {},
    });
  };

  const running = new Map<string, RunningContainer>();
  const startTested =
    (farm: RunningContainer, primaryServes: Promise<void>) =>
    async ({ server, driver, image }: TestedProgram): Promise<void> => {
      const own = world.tested.get(server.id);
      if (!own) return;
      // One that does not find its primary tries again when it likes.
      if (own.instance.primary !== undefined) await primaryServes;
      const container = await start(
        shared,
        {
          name: `tested-${labelOf(server)}`,
          image,
          command: driver.command([own.instance]),
          network: { shares: farm },
          files: [...driver.files([own.instance]), ...own.files],
          capabilities: driver.capabilities ?? [],
          tmpfs: driver.tmpfs ?? {},
        },
        [server.id],
        // It is what is tried: its death is an outcome.
        (how, tail) => {
          const death = `${server.id} died: ${told(how, tail)}`;
          deaths.set(server.id, death);
          listener.progress(death);
        },
      );
      running.set(server.id, container);
    };

  let authority: RunningContainer | undefined;
  const takeZones = async (
    container: RunningContainer | undefined,
    driver: AuthorityDriver,
    { instance, changes }: ChangingInstance,
    step: number,
  ): Promise<void> => {
    const files = changes[step] ?? [];
    if (!container || files.length === 0) return;
    await container.copy(files);
    const { exitCode, stderr, stdout } = await container.exec(driver.reload(instance));
    if (exitCode !== 0)
      throw new HarnessError(`[${container.name}] taking changed zones failed: ${stderr}${stdout}`);
  };

  /** One that fails is a fault of its own trials. */
  const changeOne = async ({ server, driver }: TestedProgram, step: number): Promise<void> => {
    const own = world.tested.get(server.id);
    try {
      if (own) await takeZones(running.get(server.id), driver, own, step);
    } catch (error) {
      listener.fault(messageOf(error), server.id);
    }
  };

  const startReceiverBeside =
    (farm: { readonly container: RunningContainer; readonly client: FarmClient }) =>
    (program: ReceiverProgram): Promise<void> =>
      startReceiver(program, {
        farm,
        hosts: program.serves.flatMap((name) => world.realHosts.get(name) ?? []),
        signal: options.signal,
        start: (spec) => start(shared, spec),
        onNews: (news) => {
          joined.news(news);
          listener.serverNews?.(news);
        },
        onFault: farmListener(shared).fault,
      });

  /** A network namespace with the witness in it; senders and resolvers join it. */
  const startNamespace = async (
    group: Group,
    name: string,
    host: Pick<ResolvingHost, "id" | "address" | "nameServers">,
    needed: readonly string[],
    outward?: (message: Outward, standIn: FarmClient) => void,
  ) => {
    const { id, address, nameServers } = host;
    hostByAddress.set(address.ipv4, id);
    hostByAddress.set(address.ipv6, id);
    const container = await start(
      group,
      {
        name: `witness-${name}`,
        image: programs.farm.image,
        command: parked,
        network: { join: options.network, ...address },
        files: [{ path: farmProgram, content: programs.farm.program }],
        capabilities: ["NET_ADMIN", "NET_RAW"],
        tmpfs: {},
      },
      needed,
    );
    await setUp(
      container,
      `printf '${nameServers.map((server) => `nameserver ${server}\\n`).join("")}options ${resolverOptions}\\n' > /etc/resolv.conf`,
      ...addresses.mxHosts.ipv4.map((range) => `ip route add ${range} via ${addresses.farm.ipv4}`),
      `ip -6 route add ${addresses.mxHosts.ipv6} via ${addresses.farm.ipv6}`,
      // Hosts that are down: nobody answers for their address, which senders learn at once.
      `ip route add unreachable ${addresses.nobody.ipv4}`,
      `ip -6 route add unreachable ${addresses.nobody.ipv6}`,
      // A packet for the outside must be seen to be counted: without a route it would not even be sent.
      `ip route replace default via ${addresses.farm.ipv4}`,
      `ip -6 route replace default via ${addresses.farm.ipv6}`,
    );
    const witness = startProgram(group, container, id, outward).then(async (client) => {
      await client.guard(inside);
      return client;
    });
    return { container, witness };
  };

  const startMember = (
    group: Group,
    name: string,
    { driver, image }: { readonly driver: Member; readonly image: string },
    shares: RunningContainer,
    needed: readonly string[],
    onDeath?: OnDeath,
  ): Promise<RunningContainer> => {
    // A verifier is started for each host that it is to look at.
    const { command, files } =
      driver.role === "verifier" ? { command: parked, files: [] } : gathered(driver.command);
    return start(
      group,
      {
        name: `${driver.role}-${name}`,
        image,
        command,
        network: { shares },
        files: [...driver.files(world.facts), ...files],
        capabilities: driver.capabilities ?? [],
        tmpfs: driver.tmpfs ?? {},
        // The processes of senders and verifiers are many, and start all at once: name servers and receivers must answer in time.
        yields: driver.role !== "resolver",
      },
      needed,
      onDeath,
    );
  };

  const followSender = (group: Group, container: RunningContainer, host: string): void => {
    container
      .follow((line) => listener.senderLog(host, line))
      .catch((error) => farmListener(group, host).fault(messageOf(error)));
  };

  let outsideResolver: Outside | undefined;
  const openToResolver = async (): Promise<void> => {
    const { outsideResolver: wanted } = programs;
    if (!wanted) return;
    const { address, upstream: place } = wanted.server;
    const host = {
      id: "upstream",
      address: addresses.stack(programs.stacks.length + (programs.resolvers ?? []).length),
      nameServers: ["127.0.0.1"] as const,
    };
    const { container, witness } = await startNamespace(shared, host.id, host, []);
    const [client] = await Promise.all([
      witness,
      start(shared, {
        name: "resolver-upstream",
        image: wanted.image,
        command: upstreamCommand,
        network: { shares: container },
        files: upstreamFiles(world.facts, 53),
        capabilities: [],
        tmpfs: {},
      }),
    ]);
    outsideResolver = await openResolver(wanted.server, client);
    listener.progress(
      `the lab is open to ${address}, for DNS messages alone; its questions are answered at ${place.address} port ${place.port}`,
    );
    await proveResolver(address, plan, world, outsideResolver, options.signal, listener.progress);
  };

  /** Of stacks whose resolver is outside the lab: questions go there past the harness, which sees each. */
  const toResolver =
    (ids: readonly string[], harness: readonly string[]) =>
    (message: Outward, standIn: FarmClient): void => {
      outsideResolver?.carry(message, standIn).catch(() => undefined);
      const question = questionIn(message);
      if (!question) return;
      for (const id of ids) listener.question(id, question, harness.includes(message.client));
    };

  const startHosts = async (
    group: Group,
    one: StackPrograms,
    index: number,
    resolverDied: (how: string) => void,
  ): Promise<readonly SendingHost[]> => {
    const { stack, sender, resolver } = one;
    const trials = plan.trials.filter((trial) => trial.stack === stack.id);
    const name = `${programId(stack.sender)}-${programId(stack.resolver)}`.replaceAll(/[@:]/g, "-");
    const local = {
      ...one,
      id: sendingHostOf({ stack: stack.id, reach: "loopback" }),
      reach: "loopback",
      address: addresses.stack(index),
      nameServers: ["127.0.0.1"],
      resolverAddress: "127.0.0.1",
    } as const;
    const remote = {
      ...one,
      id: sendingHostOf({ stack: stack.id, reach: "network" }),
      reach: "network",
      address: addresses.remote(index),
      nameServers: [addresses.stub(index), addresses.secondStub(index)],
      resolverAddress: local.address.ipv4,
    } as const;
    const used = [local, ...(trials.some(({ reach }) => reach === "network") ? [remote] : [])];
    const ids = used.map(({ id }) => id);
    // Of a stack with this name that was before.
    for (const id of ids) deaths.delete(id);

    return Promise.all(
      used.map(async (host): Promise<SendingHost> => {
        const own = host === local ? name : `remote-${name}`;
        // The second host's resolver lives in the first host's namespace.
        const needed = host === local ? ids : [host.id];
        const harness = used.map((each) => harnessAddress(each));
        const toOutside = host === local && resolver === null ? toResolver(ids, harness) : undefined;
        const { container, witness } = await startNamespace(group, own, host, needed, toOutside);
        const [client, senderContainer, resolverContainer] = await Promise.all([
          witness,
          startMember(group, own, sender, container, [host.id]),
          host === local && resolver
            ? startMember(group, own, resolver, container, ids, (how, tail) => {
                for (const id of ids) deaths.set(id, `the resolver of ${id} died: ${told(how, tail)}`);
                resolverDied(told(how, tail));
              })
            : undefined,
        ]);
        if (toOutside) await client.standIn(everyAddress);
        followSender(group, senderContainer, host.id);
        if (resolverContainer && resolver?.driver.question) {
          const read = resolver.driver.question;
          resolverContainer
            .follow((line) => {
              const question = read(line);
              if (!question) return;
              for (const id of ids) listener.question(id, question, harness.includes(question.client));
            })
            .catch((error) => farmListener(group, host.id).fault(messageOf(error)));
        }
        return { ...host, witness: client, senderContainer, witnessContainer: container };
      }),
    );
  };

  /** Programs that all start at the same time keep each other from being ready in time. */
  const fewAtOnce = turns(4);
  const startLoneResolver = async (one: LoneResolver, index: number): Promise<LoneHost> => {
    const host = {
      ...one,
      reach: "loopback",
      address: addresses.stack(programs.stacks.length + index),
      nameServers: ["127.0.0.1"],
      resolverAddress: "127.0.0.1",
    } as const;
    const name = one.id.replaceAll(/[@+:]/g, "-");
    const { resolver } = one;
    const toOutside = resolver === null ? toResolver([host.id], [harnessAddress(host)]) : undefined;
    const { container, witness } = await startNamespace(shared, name, host, [host.id], toOutside);
    let lives = 0;
    let death = Promise.withResolvers<string>();
    let running: RunningContainer | undefined;
    const log: string[] = [];
    const begin = async (): Promise<void> => {
      if (resolver === null) return (await witness).standIn(everyAddress);
      lives += 1;
      death = Promise.withResolvers();
      const { resolve } = death;
      deaths.delete(host.id);
      const life = lives;
      const own = life === 1 ? name : `${name}-${life}`;
      const onDeath: OnDeath = (how, tail) => {
        // One that was replaced ends too.
        if (life !== lives) return;
        deaths.set(host.id, `${host.id} died: ${told(how, tail)}`);
        resolve(told(how, tail));
      };
      // A verifier does not see what became of its resolver.
      const expected = one.verifier ? undefined : onDeath;
      // It holds the port.
      await running?.remove();
      running = await startMember(shared, own, resolver, container, [host.id], expected);
      running
        .follow((line) => log.push(line))
        .catch((error) => farmListener(shared, host.id).fault(messageOf(error)));
    };
    const [client, verifierContainer] = await Promise.all([
      witness,
      one.verifier ? startMember(shared, name, one.verifier, container, [host.id]) : null,
      begin(),
    ]);
    const lone: LoneHost = {
      ...host,
      witness: client,
      witnessContainer: container,
      verifierContainer,
      log,
      life: () => lives,
      death: () => death.promise,
      revive: async () => {
        await begin();
        await proveReady(lone, plan, world, options.signal, () => deathOf(lone));
      },
    };
    return lone;
  };

  const deathOf = ({ id }: ResolvingHost): string | undefined => deaths.get(id) ?? deaths.get(undefined);

  /** One that is not ready in time is told, and touches nothing else. */
  const proveOne = async (host: ResolvingHost | SendingHost): Promise<void> => {
    try {
      await proveReady(host, plan, world, options.signal, () => deathOf(host));
    } catch (error) {
      options.signal.throwIfAborted();
      listener.fault(messageOf(error), host.id);
    }
  };

  const hosts = new Map<string, SendingHost>();
  const startStack = async (id: string): Promise<RunningStack> => {
    const index = programs.stacks.findIndex(({ stack }) => stack.id === id);
    const one = programs.stacks[index];
    if (!one) throw new HarnessError(`the lab has no stack ${id}`);
    const group = newGroup();
    groups.add(group);
    const close = async (): Promise<void> => {
      await end(group);
      groups.delete(group);
    };
    const died = Promise.withResolvers<string>();
    let own: readonly SendingHost[];
    try {
      own = await startHosts(group, one, index, died.resolve);
      await Promise.all(own.map(proveOne));
    } catch (error) {
      await close();
      throw error;
    }
    for (const host of own) hosts.set(host.id, host);
    return {
      hosts: own,
      resolverDied: died.promise,
      async close() {
        for (const host of own) hosts.delete(host.id);
        await close();
      },
    };
  };

  const proveTested = async ({ server }: TestedProgram, { witness }: ResolvingHost): Promise<void> => {
    const own = world.tested.get(server.id);
    if (!own) return;
    try {
      await proveServing(server.id, own.instance, world, witness, options.signal, () =>
        deaths.get(server.id),
      );
    } catch (error) {
      options.signal.throwIfAborted();
      listener.fault(messageOf(error), server.id);
    }
  };

  try {
    await engine.createNetwork(options.network);
    const [farm, resolvers] = await Promise.all([
      startFarm().then(async (one) => {
        const authorityStarted = startAuthority(one.container);
        const primaryServes = authorityStarted.then(async () => {
          if (!world.primary) return;
          const { instance } = world.primary;
          await proveServing("the hidden primary", instance, world, one.client, options.signal, () =>
            deaths.get(undefined),
          );
        });
        // Those that wait for it tell.
        primaryServes.catch(() => undefined);
        await Promise.all([
          authorityStarted.then(() => openToOutside(one)),
          ...tested.map(startTested(one.container, primaryServes)),
          ...programs.receivers.map(startReceiverBeside(one)),
        ]);
        return one;
      }),
      Promise.all(
        (programs.resolvers ?? []).map((one, index) => fewAtOnce(() => startLoneResolver(one, index))),
      ),
    ]);
    await openToResolver();
    await Promise.all(resolvers.map(proveOne));
    const [asker] = resolvers;
    if (asker) await Promise.all(tested.map((one) => proveTested(one, asker)));
    return {
      startStack,
      hosts,
      resolvers: new Map(resolvers.map((one) => [one.id, one])),
      farm: farm.client,
      get containers() {
        return [...groups].flatMap(({ containers }) => containers);
      },
      captured,
      deathOf: (id) => deaths.get(id),
      changeZones: async (step) => {
        await Promise.all([
          ...tested.map((one) => changeOne(one, step)),
          ...(world.primary ? [takeZones(authority, programs.authority.driver, world.primary, step)] : []),
        ]);
      },
      close,
    };
  } catch (error) {
    const problem = await close().then(() => undefined, messageOf);
    if (problem === undefined) throw error;
    throw new HarnessError(`${messageOf(error)}; and the lab could not be ended: ${problem}`);
  }
}
