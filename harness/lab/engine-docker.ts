import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import type { ContainerRuntimeClient, WaitStrategy } from "testcontainers";
import { durations } from "../words/durations.ts";
import { HarnessError, messageOf } from "../words/errors.ts";
import { linesTogether } from "../words/lines-together.ts";
import { within } from "../words/until.ts";
import type { ContainerSpec, Engine, FileToCopy, LineStream, RunningContainer } from "./engine.ts";
import { ContainerOutput } from "./output.ts";
import { createShell } from "./shell.ts";

// danelab removes what it started itself: the reaper container of testcontainers would need an image from a registry.
process.env["TESTCONTAINERS_RYUK_DISABLED"] = "true";

type Docker = ContainerRuntimeClient["container"]["dockerode"];

/** The lab proves by asking that its programs are ready; the engine only has to start them. */
const started: WaitStrategy = {
  waitUntilReady: async () => undefined,
  withStartupTimeout: () => started,
  isStartupTimeoutSet: () => true,
  getStartupTimeout: () => durations.containerStart,
};

/** Loaded only where there is something to start: it takes longer to load than all of danelab. */
const load = () => import("testcontainers");

/** What the engine gives every container, and no mail or name server needs. */
const needless = ["AUDIT_WRITE", "MKNOD", "NET_RAW", "SETFCAP"];

/** testcontainers with what it has no option for: fixed addresses, a host name, a share of the processors. */
function labContainers({ GenericContainer }: Awaited<ReturnType<typeof load>>, docker: Docker) {
  return class LabContainer extends GenericContainer {
    readonly #output = Promise.withResolvers<ContainerOutput>();

    /** Once it was created; before, it is awaited. */
    get output(): Promise<ContainerOutput> {
      return this.#output.promise;
    }

    /** Before the start, so that no line is missed. */
    protected override containerCreated = async (id: string): Promise<void> => {
      const attached = docker.getContainer(id).attach({ stream: true, stdout: true, stderr: true });
      this.#output.resolve(new ContainerOutput(await attached));
    };

    place({ name, network, capabilities, yields, precedes, logged }: ContainerSpec): this {
      if ("shares" in network) this.withNetworkMode(`container:${network.shares.id}`);
      else {
        const address = { IPv4Address: network.ipv4, IPv6Address: network.ipv6 };
        this.networkMode = network.join.name;
        this.createOpts.NetworkingConfig = {
          EndpointsConfig: { [network.join.name]: { IPAMConfig: address } },
        };
        this.createOpts.Hostname = name.slice(0, 63);
      }
      this.hostConfig.CapAdd = [...capabilities];
      this.hostConfig.CapDrop = needless.filter((one) => !capabilities.includes(one));
      // Relative to the engine's default of 1024.
      if (yields) this.hostConfig.CpuShares = 64;
      if (precedes) this.hostConfig.CpuShares = 8_192;
      if (!logged) this.hostConfig.LogConfig = { Type: "none", Config: {} };
      return this;
    }
  };
}

function copies(files: readonly FileToCopy[]) {
  return files.map(({ path, content, mode }) => ({
    target: path,
    content: typeof content === "string" ? content : Buffer.from(content),
    ...(mode === undefined ? {} : { mode }),
  }));
}

/** Connects to Docker, or what speaks its API. HarnessError: none answers. */
export async function connectDocker(): Promise<Engine> {
  const testcontainers = await load();
  let client: ContainerRuntimeClient;
  try {
    client = await testcontainers.getContainerRuntimeClient();
  } catch (error) {
    throw new HarnessError(`no container engine answers (${messageOf(error)}); see danelab doctor`);
  }
  const docker = client.container.dockerode;
  const LabContainer = labContainers(testcontainers, docker);

  return {
    async describe() {
      const { Version, Os, Arch } = await docker.version();
      return `Docker ${Version} (${Os}/${Arch})`;
    },
    async createNetwork({ name, ipv4, ipv6, labels }) {
      await docker.createNetwork({
        Name: name,
        Driver: "bridge",
        Internal: true,
        EnableIPv6: true,
        CheckDuplicate: true,
        Labels: { ...labels },
        IPAM: { Driver: "default", Config: [{ Subnet: ipv4 }, { Subnet: ipv6 }] },
      });
    },
    async removeNetwork(name) {
      await docker.getNetwork(name).remove().catch(unless(404));
    },
    async subnets() {
      const networks = await docker.listNetworks();
      return networks.flatMap(({ IPAM }) =>
        (IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet ? [Subnet] : [])),
      );
    },
    async start(spec) {
      const [program = "", ...words] = spec.command;
      const container = new LabContainer(spec.image)
        .withName(spec.name)
        // Images that were made for other purposes may have an entry point and a user of their own.
        .withEntrypoint([program])
        .withCommand(words)
        .withUser("0")
        .withLabels({ ...spec.labels })
        .withCopyContentToContainer(copies(spec.files))
        .withTmpFs({ ...spec.tmpfs })
        .withWaitStrategy(started)
        .place(spec);
      try {
        const running = await within(container.start(), {
          ms: durations.containerStart,
          waitedFor: `the start of container ${spec.name}`,
        });
        return runningContainer(docker, running.getId(), spec, await container.output, (files) =>
          running.copyContentToContainer(copies(files)),
        );
      } catch (error) {
        await docker.getContainer(spec.name).remove({ force: true, v: true }).catch(unless(404));
        throw new HarnessError(`container ${spec.name} (${spec.image}) did not start: ${messageOf(error)}`);
      }
    },
    async inspectImage(reference) {
      const found = await docker.getImage(reference).inspect().catch(unless(404));
      return found ? { id: found.Id, labels: found.Config.Labels ?? {} } : undefined;
    },
    async buildImage({ folder, files, tag, buildArguments, labels, onProgress }) {
      const stream = await docker.buildImage(
        { context: folder, src: [...files] },
        { t: tag, buildargs: { ...buildArguments }, labels: { ...labels }, forcerm: true },
      );
      await followProgress(docker, stream, onProgress);
    },
    async readImageFile(reference, path) {
      const container = await docker.createContainer({ Image: reference, Cmd: ["true"] });
      try {
        const chunks: Buffer[] = [];
        for await (const chunk of await container.getArchive({ path })) chunks.push(Buffer.from(chunk));
        return fileInTar(Buffer.concat(chunks));
      } finally {
        await container.remove({ force: true });
      }
    },
    async runInImage(reference, command) {
      const [program = "", ...words] = command;
      const container = await docker.createContainer({
        Image: reference,
        Entrypoint: [program],
        Cmd: words,
        User: "0",
        NetworkDisabled: true,
      });
      try {
        await container.start().catch((error) => {
          throw new HarnessError(messageOf(error));
        });
        const { StatusCode } = await within<{ StatusCode: number }>(container.wait(), {
          ms: durations.exec,
          waitedFor: `${command.join(" ")} in ${reference}`,
        });
        const written = async (stream: "stdout" | "stderr"): Promise<string> =>
          textInFrames(await container.logs({ follow: false, [stream]: true }));
        return { exitCode: StatusCode, stdout: await written("stdout"), stderr: await written("stderr") };
      } finally {
        await container.remove({ force: true, v: true }).catch(unless(404, 409));
      }
    },
    async pullImage(reference, onProgress) {
      try {
        await followProgress(docker, await docker.pull(reference), onProgress);
        return true;
      } catch {
        return false;
      }
    },
    async importImage(tarFile, reference) {
      const [repo = "", tag = "latest"] = reference.split(":");
      await followProgress(docker, await docker.importImage(tarFile, { repo, tag }), () => undefined);
    },
    async sweep(label, keep) {
      const removed: string[] = [];
      const containers = await docker.listContainers({ all: true, filters: { label: [label] } });
      await Promise.all(
        containers
          .filter(({ Labels }) => !keep(Labels))
          .map(async ({ Id, Names }) => {
            await docker.getContainer(Id).remove({ force: true, v: true }).catch(unless(404, 409));
            removed.push(Names[0]?.replace(/^\//, "") ?? Id);
          }),
      );
      for (const { Id, Name, Labels } of await docker.listNetworks({ filters: { label: [label] } })) {
        if (keep(Labels ?? {})) continue;
        const kept = await docker
          .getNetwork(Id)
          .remove()
          .then(() => false)
          // The engine may hold one to be in use whose containers are gone. It keeps no other run from its work.
          .catch((error) => statusOf(error) === 403 || unless(404)(error));
        if (kept) continue;
        removed.push(Name);
      }
      return removed;
    },
  };
}

/** For removals that may find the thing gone already. */
function unless(...codes: readonly number[]): (error: unknown) => undefined {
  return (error) => {
    const code = statusOf(error);
    if (code === undefined || !codes.includes(code)) throw error;
    return undefined;
  };
}

function statusOf(error: unknown): number | undefined {
  const code = error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
  return typeof code === "number" ? code : undefined;
}

/** The API's progress stream to its end. HarnessError: it reports one. */
function followProgress(
  docker: Docker,
  stream: NodeJS.ReadableStream,
  onProgress: (line: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let said: readonly string[] = [];
    const fail = (reason: string): void =>
      reject(new HarnessError(said.length > 0 ? `${reason}; before that:\n${said.join("\n")}` : reason));
    docker.modem.followProgress(
      stream,
      (error: Error | null) => (error ? fail(error.message) : resolve()),
      (event: { stream?: string; status?: string; error?: string }) => {
        if (event.error) fail(event.error);
        // The engine paints what came by the standard error stream.
        const text = stripVTControlCharacters(event.stream ?? event.status ?? "").trim();
        if (!text) return;
        // What the engine does with its own layers says nothing of why a command failed.
        if (!/^(--->|Removing intermediate container)/.test(text))
          said = [...said, ...text.split("\n")].slice(-8);
        onProgress(text);
      },
    );
  });
}

/** The only file of a tar archive: a header of 512 octets, its size in octal at 124 (POSIX ustar). */
function fileInTar(tar: Buffer): string {
  const size = Number.parseInt(tar.subarray(124, 136).toString("latin1"), 8);
  return tar.subarray(512, 512 + size).toString("utf8");
}

function runningContainer(
  docker: Docker,
  id: string,
  { name, image }: ContainerSpec,
  output: ContainerOutput,
  copy: (files: readonly FileToCopy[]) => Promise<void>,
): RunningContainer {
  const container = docker.getContainer(id);

  /** Output of an attached stream, taken apart into the two that the engine mixes. */
  const split = (
    stream: NodeJS.ReadWriteStream | NodeJS.ReadableStream,
  ): { readonly out: PassThrough; readonly error: PassThrough } => {
    const [out, error] = [new PassThrough(), new PassThrough()];
    docker.modem.demuxStream(stream, out, error);
    const end = (): void => {
      out.end();
      error.end();
    };
    stream.once("end", end).once("close", end).once("error", end);
    return { out, error };
  };

  const stream = async (command: readonly string[]): Promise<LineStream> => {
    const exec = await container.exec({
      Cmd: [...command],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    });
    const socket = await exec.start({ hijack: true, stdin: true });
    const { out, error } = split(socket);
    let words = "";
    error.on("data", (chunk: Buffer) => {
      words = (words + chunk.toString("utf8")).slice(-2000);
    });
    const input = linesTogether((text) => socket.write(text));
    return {
      lastWords: () => words.trim(),
      lines: createInterface({ input: out }),
      send: input.send,
      close: () => {
        input.flush();
        socket.end();
      },
    };
  };

  return {
    id,
    name,
    image,
    copy,
    async exec(command) {
      const exec = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
      const { out, error } = split(await exec.start({}));
      const [stdout, stderr] = await within(Promise.all([textOf(out), textOf(error)]), {
        ms: durations.exec,
        waitedFor: `${command.join(" ").slice(0, 80)} in ${name}`,
      });
      const { ExitCode } = await exec.inspect();
      return { exitCode: ExitCode ?? -1, stdout, stderr };
    },
    stream,
    run: createShell(() => stream(["sh"]), name),
    follow: (onLine) => output.follow(onLine),
    died: container.wait().then(({ StatusCode }: { StatusCode: number }) => `exit code ${StatusCode}`),
    tail: (lines) => output.tail(lines),
    async remove() {
      await container.remove({ force: true, v: true }).catch(unless(404, 409));
    },
  };
}

/** Both outputs, as the engine frames them: stream, 3 octets of nothing, length, text. */
function textInFrames(frames: Buffer): string {
  const texts: string[] = [];
  for (let at = 0; at + 8 <= frames.length; at += 8 + frames.readUInt32BE(at + 4)) {
    texts.push(frames.subarray(at + 8, at + 8 + frames.readUInt32BE(at + 4)).toString("utf8"));
  }
  return texts.join("");
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}
