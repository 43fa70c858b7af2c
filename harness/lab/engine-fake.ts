import { PassThrough } from "node:stream";
import { HarnessError } from "../words/errors.ts";
import type { ContainerSpec, Engine, ExecResult, NetworkSpec, RunningContainer } from "./engine.ts";
import { fakeFarmProgram } from "./fake/farm-program.ts";
import { type FakeInternet, fakeInternet } from "./fake/internet.ts";
import { type FakeResolver, fakeResolver } from "./fake/resolver.ts";
import { type FakeSender, fakeSender, type SenderConduct } from "./fake/sender.ts";

/**
 * The engine in memory, so that the whole pipeline can be tested without containers. The role of a container shows in
 * its image's name; what stands in it is a small play of the program (fake/). Use the drivers of postfix and unbound.
 */
export interface FakeEngine extends Engine {
  /** What is there now, by name. */
  readonly containers: ReadonlyMap<string, ContainerSpec>;
  readonly networks: ReadonlyMap<string, NetworkSpec>;
  /** The main process of the only container whose name holds this ends. */
  kill(part: string): void;
}

/** How its programs behave; each is told the name of its container. */
export interface FakeConduct {
  readonly sender?: (container: string) => Partial<SenderConduct>;
  readonly validates?: (container: string) => boolean;
  /** The resolver's process ends when it is asked for the name. */
  readonly diesOf?: (container: string, name: string) => boolean;
  /** Awaited before a container starts: may take its time, or throw. */
  readonly beforeStart?: (container: string) => Promise<void>;
}

/** How bind and unbound log a question. */
function queryLog(image: string, client: string, name: string, type: string): string {
  return image.includes("bind")
    ? `client @0x7f00 ${client}#4242 (${name}): query: ${name.replace(/\.$/, "")} IN ${type} +E(0)K (127.0.0.1)`
    : `[1764000000] unbound[1:0] info: ${client} ${name} ${type} IN`;
}

/** What containers of one network namespace share. */
interface Namespace {
  readonly internet: FakeInternet;
  readonly addresses: { readonly ipv4: string; readonly ipv6: string };
  resolver: FakeResolver | undefined;
  sender: FakeSender | undefined;
}

interface Started {
  readonly spec: ContainerSpec;
  readonly namespace: Namespace;
  end(how: string): void;
}

export function fakeEngine(conduct: FakeConduct = {}): FakeEngine {
  const networks = new Map<string, NetworkSpec>();
  const internets = new Map<string, FakeInternet>();
  const started = new Map<string, Started>();
  const containers = new Map<string, ContainerSpec>();

  const namespaceOf = ({ name, network }: ContainerSpec): Namespace => {
    if ("shares" in network) {
      const host = started.get(network.shares.name);
      if (!host)
        throw new HarnessError(`${name} shares the network of ${network.shares.name}, which is gone`);
      return host.namespace;
    }
    const internet = internets.get(network.join.name);
    if (!internet) throw new HarnessError(`network ${network.join.name} not found`);
    return { internet, addresses: network, resolver: undefined, sender: undefined };
  };

  const start = (spec: ContainerSpec): RunningContainer => {
    if (containers.has(spec.name)) throw new HarnessError(`the name ${spec.name} is in use`);
    const namespace = namespaceOf(spec);
    const { internet } = namespace;
    const role = /^danelab\/(farm|sender|resolver|authority)/.exec(spec.image)?.[1];
    const died = Promise.withResolvers<string>();
    const written: string[] = [];
    const output = new PassThrough({ objectMode: true });
    const streams = new Set<PassThrough>([output]);
    let alive = true;
    const running = (): void => {
      if (!alive) throw new HarnessError(`container ${spec.name} is not running`);
    };
    const log = (line: string): void => {
      if (!alive) return;
      written.push(line);
      output.write(line);
    };

    if (role === "authority") internet.zoneFiles.push(...spec.files);
    if (role === "resolver") {
      const validates = conduct.validates?.(spec.name) ?? true;
      namespace.resolver = fakeResolver(
        () => internet.zoneFiles,
        { validates },
        (client, name, type) => {
          log(queryLog(spec.image, client, name, type));
          if (conduct.diesOf?.(spec.name, name)) end("exit code 139");
        },
      );
    }
    if (role === "sender") {
      namespace.sender = fakeSender(
        {
          internet,
          resolver: () => namespace.resolver,
          addresses: namespace.addresses,
          alive: () => alive,
          log,
        },
        { dane: "conforming", logs: () => true, hangs: false, ...conduct.sender?.(spec.name) },
      );
    }

    const end = (how: string): void => {
      if (!alive) return;
      log(`${spec.name} ends`);
      alive = false;
      if (role === "resolver") namespace.resolver = undefined;
      if (role === "sender") namespace.sender = undefined;
      for (const stream of streams) stream.end();
      died.resolve(how);
    };
    const exec = async (command: readonly string[]): Promise<ExecResult> => {
      running();
      const stdout = role === "sender" ? (namespace.sender?.execute(command) ?? "") : "";
      return { exitCode: 0, stdout, stderr: "" };
    };
    containers.set(spec.name, spec);
    started.set(spec.name, { spec, namespace, end });

    return {
      id: spec.name,
      name: spec.name,
      image: spec.image,
      died: died.promise,
      async copy() {
        running();
      },
      exec,
      run: exec,
      async stream() {
        running();
        const lines = new PassThrough({ objectMode: true });
        streams.add(lines);
        const write = (line: string): void => {
          if (!lines.writableEnded) lines.write(line);
        };
        const take = fakeFarmProgram(
          { internet, resolver: () => namespace.resolver, sender: () => namespace.sender },
          write,
        );
        return {
          lines,
          lastWords: () => "",
          send: (line) => {
            if (alive) setImmediate(take, line);
          },
          close: () => {
            lines.end();
          },
        };
      },
      async follow(onLine) {
        for await (const line of output) onLine(line);
      },
      async tail(lines) {
        return written.slice(-lines).join("\n");
      },
      async remove() {
        end("removed");
        started.delete(spec.name);
        containers.delete(spec.name);
      },
    };
  };

  return {
    containers,
    networks,
    kill(part) {
      const found = [...started.values()].filter(({ spec }) => spec.name.includes(part));
      if (found.length !== 1)
        throw new HarnessError(`"${part}" names ${found.length} of ${[...started.keys()].join(", ")}`);
      for (const { end } of found) end("exit code 137");
    },
    describe: async () => "fake engine",
    async createNetwork(spec) {
      networks.set(spec.name, spec);
      internets.set(spec.name, fakeInternet());
    },
    async removeNetwork(name) {
      const users = [...containers.values()].filter(
        ({ network }) => "join" in network && network.join.name === name,
      );
      if (users.length > 0)
        throw new HarnessError(`network ${name} has active endpoints: ${users.map((one) => one.name)}`);
      networks.delete(name);
    },
    subnets: async () => [...networks.values()].flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]),
    async start(spec) {
      await conduct.beforeStart?.(spec.name);
      return start(spec);
    },
    inspectImage: async (reference) => ({ id: reference, labels: { "danelab.package": "fake 1.0" } }),
    buildImage: async () => undefined,
    readImageFile: async () => "fake 1.0",
    runInImage: async () => ({ exitCode: 0, stdout: "fake 1.0\n", stderr: "" }),
    pullImage: async () => true,
    importImage: async () => undefined,
    async sweep(label, keep) {
      const swept: string[] = [];
      for (const { spec, end } of [...started.values()]) {
        if (!(label in spec.labels) || keep(spec.labels)) continue;
        end("removed");
        started.delete(spec.name);
        containers.delete(spec.name);
        swept.push(spec.name);
      }
      for (const { name, labels } of [...networks.values()]) {
        if (!(label in labels) || keep(labels)) continue;
        networks.delete(name);
        swept.push(name);
      }
      return swept;
    },
  };
}
