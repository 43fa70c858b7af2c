import type { RealHost } from "../model/facts.ts";
import type { RealReceiver } from "../model/scenario.ts";
import { durations } from "../words/durations.ts";
import { messageOf } from "../words/errors.ts";
import { harnessClient } from "../words/loopback.ts";
import { until } from "../words/until.ts";
import type { ReceiverDriver, ServerNews } from "./driver.ts";
import type { ContainerSpec, RunningContainer } from "./engine.ts";
import { gathered } from "./gather.ts";
import type { FarmClient } from "./requests.ts";

/** A real server at some MX hosts, in the farm's namespace: nothing reaches it past the farm, whose guard counts what it sends. */

export interface ReceiverProgram {
  /** "exim@4.98" */
  readonly id: string;
  /** What scenarios call it. */
  readonly serves: readonly RealReceiver[];
  readonly driver: ReceiverDriver;
  readonly image: string;
}

export interface ReceiverPlace {
  readonly farm: { readonly container: RunningContainer; readonly client: FarmClient };
  readonly hosts: readonly RealHost[];
  readonly signal: AbortSignal;
  start(spec: Omit<ContainerSpec, "labels">): Promise<RunningContainer>;
  onNews(news: ServerNews): void;
  onFault(message: string): void;
}

/** Resolves once the server talks SMTP at each of its ports. */
export async function startReceiver(
  { id, driver, image }: ReceiverProgram,
  { farm, hosts, signal, start, onNews, onFault }: ReceiverPlace,
): Promise<void> {
  const { command, files } = gathered(driver.command);
  const container = await start({
    name: `receiver-${id.replace("@", "-")}`,
    image,
    command,
    network: { shares: farm.container },
    files: [...driver.files(hosts), ...files],
    capabilities: driver.capabilities ?? [],
    tmpfs: driver.tmpfs ?? {},
  });
  const { read } = driver.createLogReader();
  container
    .follow((line) => {
      if (driver.misconfigured(line)) onFault(`${container.name} is not set up as it must be: ${line}`);
      const news = read(line);
      if (news) onNews(news);
    })
    .catch((error) => onFault(messageOf(error)));

  let last = "nothing";
  for (const { port } of hosts) {
    await until(
      async () => {
        try {
          await farm.client.submit([], { port, source: harnessClient(port), sessions: 1 });
          return true;
        } catch (error) {
          last = messageOf(error);
          return undefined;
        }
      },
      {
        ms: durations.programReady,
        waitedFor: `the SMTP server of ${container.name}`,
        lastSeen: () => last,
        signal,
      },
    );
  }
}
