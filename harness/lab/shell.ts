import { durations } from "../words/durations.ts";
import { HarnessError } from "../words/errors.ts";
import { within } from "../words/until.ts";
import type { ExecResult, LineStream } from "./engine.ts";

/** Commands of a container, one after the other, over one shell that stays: to start one by the engine takes longer than most of them do. */

/** A word of a shell's command line. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

interface Shell {
  readonly stream: LineStream;
  readonly lines: AsyncIterator<string>;
}

/**
 * `open` starts `sh` with its input and output held open; `name` is that of the container. A shell that did not answer in time,
 * or that ended, is followed by another at the next command.
 */
export function createShell(
  open: () => Promise<LineStream>,
  name: string,
  deadline: number = durations.exec,
): (command: readonly string[]) => Promise<ExecResult> {
  let shell: Promise<Shell> | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const started = async (): Promise<Shell> => {
    const stream = await open();
    return { stream, lines: stream.lines[Symbol.asyncIterator]() };
  };

  const ask = async (command: readonly string[]): Promise<ExecResult> => {
    shell ??= started();
    const { stream, lines } = await shell;
    // Standard output comes as one line; standard error stays that of the shell.
    stream.send(
      `out=$(${command.map(quoted).join(" ")} </dev/null); echo "$? $(printf %s "$out" | base64 -w 0)"`,
    );
    const { done, value } = await lines.next();
    const [, status, output = ""] = (!done && /^(\d+) (.*)$/.exec(value)) || [];
    if (status === undefined)
      throw new HarnessError(
        `[${name}] the shell ended: ${stream.lastWords() || value || "it wrote nothing"}`,
      );
    return {
      exitCode: Number(status),
      stdout: Buffer.from(output, "base64").toString("utf8"),
      stderr: stream.lastWords(),
    };
  };

  return (command) => {
    const mine = last.then(async () => {
      try {
        return await within(ask(command), {
          ms: deadline,
          waitedFor: `${command.join(" ").slice(0, 80)} in ${name}`,
        });
      } catch (error) {
        const broken = shell;
        shell = undefined;
        broken?.then(({ stream }) => stream.close()).catch(() => undefined);
        throw error;
      }
    });
    last = mine.catch(() => undefined);
    return mine;
  };
}
