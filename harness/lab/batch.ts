import { HarnessError } from "../words/errors.ts";
import { within } from "../words/until.ts";
import type { RunningContainer } from "./engine.ts";
import { quoted } from "./shell.ts";

/** Many commands in one container, over one stream: to start one by the engine takes longer than most of them do. */

export interface BatchJob {
  readonly id: string;
  readonly command: readonly string[];
}

export interface BatchResult {
  readonly id: string;
  /** null: it was ended at its deadline. */
  readonly exitStatus: number | null;
  /** The end of standard output and error, as they came. */
  readonly output: string;
  /** Milliseconds. */
  readonly ms: number;
}

export interface BatchOptions {
  readonly atOnce: number;
  /** Of one command. */
  readonly deadlineSeconds: number;
  readonly signal: AbortSignal;
}

const folder = "/danelab/batch";

/** timeout(1) says so of a command that it ended; of one that it had to kill. */
const endedByTimeout: readonly number[] = [124, 137];

/** In the container: a line for each command, in one piece. */
function runner(deadlineSeconds: number): string {
  return `began=$(date +%s%3N)
said=$(timeout -k 2 ${deadlineSeconds} sh "${folder}/job-$0" </dev/null 2>&1; echo " $?")
ended=$(date +%s%3N)
{ flock 9; printf '%s %s %s %s\\n' "$0" "\${said##* }" $((ended - began)) "$(printf %s "\${said% *}" | tail -c 16384 | base64 -w 0)"; } 9>${folder}/lock
`;
}

/** Results as they come. HarnessError: some did not. */
export async function* runBatch(
  container: RunningContainer,
  jobs: readonly BatchJob[],
  { atOnce, deadlineSeconds, signal }: BatchOptions,
): AsyncGenerator<BatchResult> {
  if (jobs.length === 0) return;
  await container.copy([
    ...jobs.map(({ command }, index) => ({
      path: `${folder}/job-${index}`,
      content: `${command.map(quoted).join(" ")}\n`,
    })),
    { path: `${folder}/jobs`, content: jobs.map((_, index) => `${index}\n`).join("") },
    { path: `${folder}/run`, content: runner(deadlineSeconds) },
  ]);
  const stream = await container.stream([
    ...["xargs", "-a", `${folder}/jobs`, "-n", "1", "-P", `${atOnce}`],
    ...["sh", "-c", `. ${folder}/run`],
  ]);
  // Its stream need not end with it.
  const death = container.died.then((how): never => {
    throw new HarnessError(`container ${container.name} died: ${how}`);
  });
  death.catch(() => undefined);
  const left = new Set(jobs.keys());
  const lines = stream.lines[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await within(Promise.race([lines.next(), death]), {
        ms: (deadlineSeconds + 10) * 1000,
        waitedFor: `the next of ${left.size} commands in ${container.name}`,
        lastSeen: stream.lastWords,
        signal,
      });
      if (next.done) break;
      const [index = "", status = "", ms = "", output = ""] = next.value.split(" ");
      const job = jobs[Number(index)];
      if (!job || !left.delete(Number(index)))
        throw new HarnessError(
          `[${container.name}] a line that no command of the batch wrote: ${next.value}`,
        );
      yield {
        id: job.id,
        exitStatus: endedByTimeout.includes(Number(status)) ? null : Number(status),
        output: Buffer.from(output, "base64").toString("utf8"),
        ms: Number(ms),
      };
    }
  } finally {
    stream.close();
  }
  if (left.size > 0)
    throw new HarnessError(
      `[${container.name}] ${left.size} of ${jobs.length} commands did not end: ${stream.lastWords()}`,
    );
}
