import { createInterface } from "node:readline";
import type { FarmEvent } from "../../harness/model/farm.ts";
import { messageOf } from "../../harness/words/errors.ts";
import { linesTogether } from "../../harness/words/lines-together.ts";
import { pipe } from "./pipe.ts";
import { Farm, readRequest } from "./requests.ts";

/**
 * The program in the farm's containers: `node farm.cjs [--stay] [SMTP-PORT [DNS-PORT]]`; see also pipe.ts. Requests come as JSON lines on
 * standard input, events leave as JSON lines on standard output, and nothing else does. It ends with its input, unless it
 * is told to stay.
 */
const output = linesTogether((text) => process.stdout.write(text));

function emit(event: FarmEvent): void {
  output.send(JSON.stringify(event));
}

async function answer(farm: Farm, line: string): Promise<void> {
  const { number, ...request } = readRequest(line);
  try {
    emit({ event: "answer", number, value: await farm.carryOut(request) });
  } catch (thrown) {
    emit({ event: "answer", number, value: null, error: messageOf(thrown) });
  }
}

function fault(thrown: unknown): void {
  emit({ event: "fault", message: messageOf(thrown) });
  console.error(thrown);
}

const words = process.argv.slice(2);
const [how, place = ""] = words;
if (how === "--pipe") pipe(place, 53);
else serve();

function serve(): void {
  process.on("uncaughtException", fault);
  process.on("unhandledRejection", fault);
  const stays = words.includes("--stay");
  const [smtp = "25", dns = "53"] = words.filter((word) => word !== "--stay");

  // Whoever read the events is gone.
  process.stdout.on("error", () => {
    if (!stays) process.exit(1);
  });

  const farm = new Farm({ smtp: Number(smtp), dns: Number(dns) }, emit);
  createInterface({ input: process.stdin })
    .on("line", (line) => void answer(farm, line).catch(fault))
    .on("close", () => {
      if (stays) return;
      farm.stop();
      output.flush();
      // After the output is out.
      process.stdout.end(() => process.exit(0));
    });
  emit({ event: "ready", node: process.version });
}
