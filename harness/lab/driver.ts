import type { AuthorityMode } from "../model/authority.ts";
import type { ClaimedAttempt, SenderQuestion } from "../model/evidence.ts";
import type { FileToCopy, LabFacts, RealHost, ServerInstance } from "../model/facts.ts";
import type { Login, TlsState } from "../model/farm.ts";
import type { ReceiverFeature, SenderFeature } from "../model/features.ts";
import type { Policy, SenderSetup } from "../model/scenario.ts";
import type { HostToVerify, VerifierClaim, VerifierFeature } from "../model/verification.ts";
import type { RunningContainer } from "./engine.ts";

/**
 * What danelab must know of a program to use it. A driver is the default export of
 * containers/<role>/<name>/driver.ts; the folder also holds a Dockerfile and divergences.ts.
 */

export interface DriverVersion {
  /** As in postfix@3.10. */
  readonly version: string;
  /** The Debian suite that it comes from. */
  readonly suite: string;
}

/** A version that differs from its driver's word says so. */
export interface SenderVersion extends DriverVersion {
  readonly dane?: boolean;
}

interface DriverBase {
  readonly name: string;
  /** What this driver can run. The first is the default. */
  readonly versions: readonly DriverVersion[];
  /** Run only where it is asked for by name, not by default. */
  readonly onRequest?: boolean;
  /** Prints the program's version in its first line; run in the image as it is, with nothing copied into it. */
  readonly versionCommand: readonly string[];
  readonly tmpfs?: Readonly<Record<string, string>>;
  /** Without "CAP_": what it needs beyond what every container has, which is without NET_RAW and MKNOD. */
  readonly capabilities?: readonly string[];
}

export interface ResolverDriver extends DriverBase {
  readonly role: "resolver";
  files(facts: LabFacts): readonly FileToCopy[];
  /** Listens on port 53 of all addresses of the shared namespace; logs to standard output or error. */
  readonly command: readonly string[];
  /** The question that a log line tells of, with the address it came from; absent: its log does not tell. */
  question?(line: string): (SenderQuestion & { readonly client: string }) | undefined;
}

export interface AuthorityDriver extends DriverBase {
  readonly role: "authority";
  /** What it can do with zones where it is tried itself (danelab authorities). */
  readonly modes: readonly AuthorityMode[];
  files(instances: readonly ServerInstance[]): readonly FileToCopy[];
  /** Run in the container: makes it take the zone files of an instance anew. */
  reload(instance: ServerInstance): readonly string[];
  command(instances: readonly ServerInstance[]): readonly string[];
}

/** Reads a sender's log line by line; keeps what it must remember between lines. */
export interface LogReader {
  /** The attempt that this line ends, if it ends one. */
  read(line: string): { readonly recipient: string; readonly attempt: ClaimedAttempt } | undefined;
  /** The queue id of the message that the line is about, where it names one. */
  queueId(line: string): string | null;
  /** What the line says of a process that died with a message in its hands: no line tells which, see SenderDriver.struck. */
  crash?(line: string): string | undefined;
}

export interface Submission {
  readonly port: number;
  /** Where it takes mail of its users only. */
  readonly login?: Login;
}

export interface SenderDriver extends DriverBase {
  readonly role: "sender";
  readonly versions: readonly SenderVersion[];
  /** Whether it does DANE. Where it says no, the run must show that it asks for no TLSA record. */
  readonly dane: boolean;
  /** What few scenarios need, and it does not have. */
  readonly lacks?: readonly SenderFeature[];
  /** The library that does TLS for it: "OpenSSL", "GnuTLS". */
  readonly tls: string;
  readonly policies: readonly Policy[];
  /** Set-ups besides "plain"; mail from <any>@<policy>.<setup>.<senderName> is sent under that one. */
  readonly setups: readonly SenderSetup[];
  /**
   * Set where nothing makes it try a message again and it does so by itself: milliseconds within which it does.
   */
  readonly retriesWithin?: number;
  /** Mail from <any>@<policy>.<senderName> is sent under that policy. */
  files(facts: LabFacts): readonly FileToCopy[];
  readonly command: readonly string[];
  /** Where messages are handed in by SMTP. */
  readonly submission: Submission;
  /** Queue id from the reply to the message; null where it holds none. */
  queueId(reply: string): string | null;
  /** Makes the sender try these messages again now. */
  retry(container: RunningContainer, queueIds: readonly string[]): Promise<void>;
  /** The queue ids of all messages still queued. */
  queued(container: RunningContainer): Promise<ReadonlySet<string>>;
  /** The queue ids of those whose last attempt ended without a word in the log. */
  struck?(container: RunningContainer): Promise<ReadonlySet<string>>;
  createLogReader(): LogReader;
  /** A line that the program must not come up with, or complain of in its log, at the end of one of its files: for the contract test. */
  readonly nonsense?: { readonly path: string; readonly line: string };
  /** A log line that shows the sender is set up wrongly, so that its verdicts mean nothing. */
  misconfigured(line: string): boolean;
}

/** What the log of a real server tells of a session, by the client's address and port: "127.0.0.1:40000". */
export type ServerNews = { readonly client: string } & (
  | { readonly is: "command"; readonly line: string }
  /** One line of it. */
  | { readonly is: "reply"; readonly line: string }
  /** `state` null: the log tells of TLS, not of which; the farm knows by the ServerHello. */
  | { readonly is: "tls"; readonly state: TlsState | null; readonly resumed: boolean }
  | { readonly is: "tls-failed"; readonly reason: string }
  /** Of the message, as it was read from its header. */
  | { readonly is: "canary"; readonly canary: string }
  | { readonly is: "closed" }
);

/** A real mail server in place of the farm's recording one. It shares the farm's namespace and listens on loopback. */
export interface ReceiverDriver extends DriverBase {
  readonly role: "receiver";
  /** Each host has a port of its own. All mail is accepted, but none without EHLO, and goes nowhere. */
  files(hosts: readonly RealHost[]): readonly FileToCopy[];
  readonly command: readonly string[];
  /** Its log is the witness of what it got: each command and reply, TLS, the canary, and the end. */
  createLogReader(): { read(line: string): ServerNews | undefined };
  /** What it cannot do of what scenarios take. */
  readonly lacks?: readonly ReceiverFeature[];
  /** A log line that shows the server is set up wrongly. */
  misconfigured(line: string): boolean;
}

/** A tool that connects to an MX host and says whether TLSA records authenticate it. The resolver is on its loopback. */
export interface VerifierDriver extends DriverBase {
  readonly role: "verifier";
  /** Whether it looks up the TLSA records itself; else it is given them. */
  readonly asksDns: boolean;
  /** What some scenarios take, and it does not have. */
  readonly lacks?: readonly VerifierFeature[];
  files(facts: LabFacts): readonly FileToCopy[];
  /** The command that verifies one host, connects with STARTTLS, and ends by itself. */
  verify(host: HostToVerify): readonly string[];
  /** What exit status and output mean; undefined where that is not known. */
  read(said: VerifierOutput): VerifierClaim | undefined;
}

export interface VerifierOutput {
  readonly exitStatus: number;
  /** Standard output and error, as they came. */
  readonly output: string;
}

export type Driver = ResolverDriver | AuthorityDriver | SenderDriver | ReceiverDriver | VerifierDriver;
