import type { FileToCopy } from "../model/facts.ts";

export type { FileToCopy } from "../model/facts.ts";

/** The container engine as the harness needs it. engine-docker.ts does it with testcontainers; engine-fake.ts in memory. */

export interface NetworkSpec {
  readonly name: string;
  /** CIDR */
  readonly ipv4: string;
  readonly ipv6: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ContainerSpec {
  /** Unique in the run; becomes the container's name and host name. */
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** A place of its own in the network, or the namespace of another container. */
  readonly network:
    | { readonly join: NetworkSpec; readonly ipv4: string; readonly ipv6: string }
    | { readonly shares: RunningContainer };
  /** Copied in before the start. */
  readonly files: readonly FileToCopy[];
  /** Without "CAP_": beyond those that every container has. */
  readonly capabilities: readonly string[];
  /** Paths on tmpfs, with their mount options. */
  readonly tmpfs: Readonly<Record<string, string>>;
  /** Leaves the processors to the other containers where they are scarce. */
  readonly yields?: boolean;
  /** Gets processor time before others: what all of them ask, and whose late answer would be taken for none. */
  readonly precedes?: boolean;
  /** The engine keeps what its main process writes, for whoever asks the engine: in labs that stay. */
  readonly logged?: boolean;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command with its standard input and output held open, line by line. */
export interface LineStream {
  send(line: string): void;
  /** Ends when the command ends. */
  readonly lines: AsyncIterable<string>;
  /** The end of what it wrote to standard error. */
  lastWords(): string;
  close(): void;
}

export interface RunningContainer {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  exec(command: readonly string[]): Promise<ExecResult>;
  /** As exec, for what is run often: over one shell (shell.ts), one command after the other. */
  run(command: readonly string[]): Promise<ExecResult>;
  stream(command: readonly string[]): Promise<LineStream>;
  copy(files: readonly FileToCopy[]): Promise<void>;
  /** Standard output and error of the container's main process, from its start, line by line, until it ends. For one reader. */
  follow(onLine: (line: string) => void): Promise<void>;
  /** Resolves when the container stops for whatever reason; the text says how. */
  readonly died: Promise<string>;
  /** The last lines that the main process wrote before it ended, for error messages. */
  tail(lines: number): Promise<string>;
  remove(): Promise<void>;
}

export interface ImageInfo {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ImageBuild {
  /** Holds the Dockerfile. */
  readonly folder: string;
  /** Names in the folder that the build may see. */
  readonly files: readonly string[];
  readonly tag: string;
  readonly buildArguments: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Gets the build's output. */
  readonly onProgress: (line: string) => void;
}

export interface Engine {
  /** "Docker 20.10.24 (linux/amd64)" */
  describe(): Promise<string>;
  createNetwork(spec: NetworkSpec): Promise<void>;
  removeNetwork(name: string): Promise<void>;
  /** CIDR of every network that the engine has. */
  subnets(): Promise<readonly string[]>;
  start(spec: ContainerSpec): Promise<RunningContainer>;
  /** undefined where there is no such image. */
  inspectImage(reference: string): Promise<ImageInfo | undefined>;
  buildImage(build: ImageBuild): Promise<void>;
  /** The text of a file in an image; nothing is started. */
  readImageFile(reference: string, path: string): Promise<string>;
  /** Runs a command in a container of the image, without network, and removes it. HarnessError: it cannot be started. */
  runInImage(reference: string, command: readonly string[]): Promise<ExecResult>;
  /** false where no registry answers or the image is not there. */
  pullImage(reference: string, onProgress: (line: string) => void): Promise<boolean>;
  importImage(tarFile: string, reference: string): Promise<void>;
  /** Removes all containers and networks with the label; returns their names. `keep` protects runs that still live. */
  sweep(
    label: string,
    keep: (labels: Readonly<Record<string, string>>) => boolean,
  ): Promise<readonly string[]>;
}
