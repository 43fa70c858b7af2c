import { access } from "node:fs/promises";
import { connectDocker } from "../lab/engine-docker.ts";
import { ensureEngine } from "../lab/host.ts";
import { runLabel } from "../lab/lab.ts";
import { broughtPrograms, loadRegistry, programsOf, type Registry, selectPrograms } from "../lab/registry.ts";
import { usual } from "../lab/stacks.ts";
import { type Program, programId, type Stack, stackOf } from "../model/plan.ts";
import { checkDriver, type DriverToCheck } from "../run/check-driver.ts";
import type { Check } from "../run/driver-clauses.ts";
import { stillLives } from "../run/sweep.ts";
import { HarnessError, UsageError } from "../words/errors.ts";
import type { Command } from "./commands.ts";
import { interruptible } from "./interrupt.ts";
import { createProgress } from "./progress.ts";

type Subject = Pick<DriverToCheck, "registry" | "stack" | "role">;

function one(found: Registry["senders"] | Registry["resolvers"], name: string): Program {
  const [program, ...more] = selectPrograms(found, [name], "driver check");
  if (!program || more.length > 0)
    throw new UsageError(`driver check takes one program; see danelab list senders`);
  return program;
}

/** The program of that name, or else the driver in that folder. */
async function find(word: string): Promise<Subject> {
  const own = await loadRegistry();
  const isOf = (found: Registry["senders"] | Registry["resolvers"]): boolean =>
    found.some(({ driver }) => word === driver.name || word.startsWith(`${driver.name}@`));
  const stack = (sender: string, resolver: string): Stack =>
    stackOf(one(own.senders, sender), one(own.resolvers, resolver));
  if (isOf(own.senders)) return { registry: own, role: "sender", stack: stack(word, usual.resolver) };
  if (isOf(own.resolvers)) return { registry: own, role: "resolver", stack: stack(usual.sender, word) };
  await access(word).catch(() => {
    const known = [...programsOf(own.senders), ...programsOf(own.resolvers)].map(programId).join(", ");
    throw new UsageError(
      `driver check ${word}: no such folder, and no sender or resolver; there are ${known}`,
    );
  });
  const registry = await loadRegistry([word]);
  const [sender] = broughtPrograms(registry.senders);
  if (sender) return { registry, role: "sender", stack: stackOf(sender, one(own.resolvers, usual.resolver)) };
  const [resolver] = broughtPrograms(registry.resolvers);
  if (!resolver) throw new HarnessError(`${word} holds no driver`);
  return { registry, role: "resolver", stack: stackOf(one(own.senders, usual.sender), resolver) };
}

/** What is wrong with one thing is often wrong with all mail. */
const mostTold = 3;

function lines({ name, seen, problems, see, untried }: Check): readonly string[] {
  const state = untried !== undefined ? "-" : problems.length === 0 ? "ok" : "failed";
  const line = (left: string, middle: string, text: string) => `${left.padEnd(8)}${middle.padEnd(21)}${text}`;
  const [first = untried ?? seen, ...rest] = problems.slice(0, mostTold);
  const more = problems.length - mostTold;
  return [
    line(state, name, first),
    ...rest.map((problem) => line("", "", problem)),
    ...(more > 0 ? [line("", "", `and ${more} more of the kind`)] : []),
    ...(problems.length > 0 ? [line("", "", `see ${see}`)] : []),
  ];
}

export const driverCommand: Command = {
  name: "driver",
  usage: "driver check DIR|NAME[@VERSION]",
  summary:
    "Check that a driver keeps its contract: starts, delivers, defers, bounces, retries, stops, in a real lab",
  more: "DIR is a folder with a driver of your own, NAME a sender or resolver of danelab. CONTRIBUTING.md has the contract. Exit status 1 if a check failed.",
  options: {},
  async run(args) {
    const [word, subject, ...rest] = args.words;
    if (word !== "check" || subject === undefined || rest.length > 0)
      throw new UsageError(
        "driver takes the word check and one folder or program; see danelab driver --help",
      );
    const found = await find(subject);
    const progress = createProgress(process.stderr);
    return interruptible(progress, async (signal) => {
      await ensureEngine(progress.note);
      const engine = await connectDocker();
      await engine.sweep(runLabel, stillLives);
      try {
        let failed = 0;
        for await (const check of checkDriver({ ...found, engine, signal, progress: progress.note })) {
          for (const line of lines(check)) console.log(line);
          if (check.problems.length > 0) failed++;
        }
        const program = programId(found.stack[found.role]);
        console.log(failed === 0 ? `${program} keeps the contract.` : `${program}: ${failed} checks failed.`);
        return failed === 0 ? 0 : 1;
      } catch (error) {
        if (signal.aborted) return 130;
        throw error;
      }
    }).finally(() => progress.end());
  },
};
