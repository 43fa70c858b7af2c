import { spawn } from "node:child_process";
import { access, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { durations } from "../words/durations.ts";
import { HarnessError, messageOf, UsageError } from "../words/errors.ts";
import { until } from "../words/until.ts";
import type { Engine } from "./engine.ts";
import { connectDocker } from "./engine-docker.ts";
import { isDebian, runCommand } from "./host-command.ts";
import { lastLine, type Tell, telling } from "./progress.ts";

const installCommand = "apt-get update && apt-get install -y --no-install-recommends docker.io";
const daemonLog = join(tmpdir(), "danelab-dockerd.log");

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** What has to be typed where danelab may not do it itself. */
export const engineAdvice = `install and start one, for example as root on Debian or Ubuntu:
    ${installCommand}
    systemctl start docker        (or, without systemd: dockerd &)
or let DOCKER_HOST name an engine that runs elsewhere`;

async function dockerd(): Promise<string | undefined> {
  for (const path of ["/usr/sbin/dockerd", "/usr/bin/dockerd", "/usr/local/bin/dockerd"])
    if (await exists(path)) return path;
  return undefined;
}

/**
 * The container engine of this machine. Where none answers, and we are root on Debian or Ubuntu, it is installed and
 * started, and says so first. UsageError: danelab may not do that; the text says what to type.
 */
export async function ensureEngine(progress: Tell): Promise<Engine> {
  const failed = await connectDocker().catch((error: unknown) => messageOf(error));
  if (typeof failed !== "string") return failed;
  if (process.env["DOCKER_HOST"])
    throw new UsageError(
      `DOCKER_HOST is ${process.env["DOCKER_HOST"]}, but no container engine answers there`,
    );
  const root = process.getuid?.() === 0;
  if (!root || !(await isDebian())) throw new UsageError(`no container engine answers; ${engineAdvice}`);

  let daemon = await dockerd();
  if (!daemon) {
    progress(`no container engine here: installing Debian's docker.io (${installCommand})`);
    await telling(progress, "installing docker.io", (step) =>
      runCommand("sh", ["-c", installCommand], durations.imageBuild, (text) => step(lastLine(text))),
    );
    daemon = await dockerd();
    if (!daemon) throw new HarnessError("docker.io was installed, but there is no dockerd");
  }
  if (await exists("/run/systemd/system")) {
    progress("starting the container engine: systemctl start docker");
    await telling(progress, "starting the container engine", () =>
      runCommand("systemctl", ["start", "docker"], durations.engineStart),
    );
  } else {
    progress(
      `starting the container engine: ${daemon} (log: ${daemonLog}; it stays; end it with: pkill dockerd)`,
    );
    const log = await open(daemonLog, "a");
    spawn(daemon, [], { detached: true, stdio: ["ignore", log.fd, log.fd] }).unref();
    await log.close();
  }
  return telling(progress, "waiting for the container engine to answer", () =>
    until(() => connectDocker().catch(() => undefined), {
      ms: durations.engineStart,
      waitedFor: `the container engine to answer (its log: ${daemonLog})`,
    }),
  );
}
