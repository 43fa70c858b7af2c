import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { HarnessError } from "../words/errors.ts";

/** Runs a program on this machine. HarnessError: it failed or took longer than `ms`, with the end of what it said. */
export function runCommand(
  command: string,
  words: readonly string[],
  ms: number,
  onOutput: (text: string) => void = () => undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      timeout: ms,
    });
    let output = "";
    const hear = (chunk: Buffer): void => {
      const text = chunk.toString("utf8");
      output += text;
      onOutput(text);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", (error) => reject(new HarnessError(`${command} cannot be run: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(output);
      const how = signal ? `was stopped by ${signal} (it has ${ms / 1000} s)` : `ended with status ${code}`;
      reject(
        new HarnessError(
          `${command} ${words.join(" ")} ${how}; it said:\n${output.trim().split("\n").slice(-8).join("\n")}`,
        ),
      );
    });
  });
}

/** Debian, Ubuntu, and what calls itself like them. */
export async function isDebian(): Promise<boolean> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);
}
