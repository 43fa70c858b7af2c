import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { HarnessError } from "../../harness/words/errors.ts";

const startDeadline = 10_000;

/**
 * Runs tcpdump in this network namespace. Resolves with a function that stops it once it listens; HarnessError where it
 * does not. `onBroken`: it ended by itself, and from now on nothing is seen.
 */
export function startTcpdump(
  words: readonly string[],
  onOutput: (output: Readable) => void,
  onBroken: (message: string) => void,
): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const tcpdump = spawn("tcpdump", words, { stdio: ["ignore", "pipe", "pipe"] });
    const said: string[] = [];
    let listening = false;
    let stopped = false;
    const end = (how: string) => {
      clearTimeout(timer);
      if (stopped) return;
      stopped = true;
      const message = `tcpdump ${how}; it said: ${said.slice(-5).join(" / ") || "nothing"}`;
      if (listening) onBroken(message);
      else reject(new HarnessError(message));
    };
    const stop = () => {
      stopped = true;
      tcpdump.kill();
    };
    const timer = setTimeout(() => {
      end(`did not listen within ${startDeadline / 1000} s`);
      tcpdump.kill();
    }, startDeadline);
    onOutput(tcpdump.stdout);
    createInterface({ input: tcpdump.stderr }).on("line", (line) => {
      said.push(line);
      // With -w its own name stands before it.
      if (!/^(tcpdump: )?listening on/.test(line)) return;
      listening = true;
      clearTimeout(timer);
      resolve(stop);
    });
    tcpdump.on("error", (error) => end(`cannot be run (${error.message})`));
    tcpdump.on("close", (code, signal) => end(`ended with ${signal ?? `status ${code}`}`));
  });
}
