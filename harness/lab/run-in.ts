import type { RunningContainer } from "./engine.ts";

/** What a command printed that must succeed. */
export async function runIn(container: RunningContainer, command: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await container.run(command);
  if (exitCode !== 0)
    throw new Error(`[${container.name}] ${command.join(" ")} exited ${exitCode}: ${stderr}${stdout}`);
  return stdout;
}
