import { execFile } from "node:child_process";
import { join } from "node:path";
import { vi } from "vitest";
import { home } from "../words/places.ts";
import { commandLine } from "./command-line.ts";

export interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** No container engine can be reached: nothing can be started. */
const nowhere = "tcp://127.0.0.1:1";

/** danelab as a process of its own. */
export function danelab(...words: readonly string[]): Promise<Said> {
  const env = { ...process.env, DOCKER_HOST: nowhere, NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(home, "harness/cli/main.ts"), ...words], { env }, (error, out, err) => {
      resolve({ status: typeof error?.code === "number" ? error.code : error ? -1 : 0, out, err });
    });
  });
}

/** The same in this process: quicker. */
export async function call(...words: readonly string[]): Promise<Said> {
  const out: string[] = [];
  const err: string[] = [];
  const spies = [
    vi.spyOn(console, "log").mockImplementation((line: string) => void out.push(`${line}\n`)),
    vi.spyOn(console, "error").mockImplementation((line: string) => void err.push(`${line}\n`)),
    vi.spyOn(process.stderr, "write").mockImplementation((text) => err.push(String(text)) > 0),
  ];
  vi.stubEnv("DOCKER_HOST", nowhere);
  try {
    return { status: await commandLine(words), out: out.join(""), err: err.join("") };
  } finally {
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
  }
}
