import { attackCommand } from "./attack.ts";
import { authoritiesCommand } from "./authorities.ts";
import { cleanCommand } from "./clean.ts";
import { compareCommand } from "./compare.ts";
import { completionCommand } from "./completion.ts";
import { doctorCommand } from "./doctor.ts";
import { downCommand } from "./down.ts";
import { driverCommand } from "./driver.ts";
import { explainCommand } from "./explain.ts";
import { judgeCommand } from "./judge.ts";
import { lintCommand } from "./lint.ts";
import { listCommand } from "./list.ts";
import type { Arguments, OptionSpec } from "./options.ts";
import { receiversCommand } from "./receivers.ts";
import { resolversCommand } from "./resolvers.ts";
import { runCommand } from "./run.ts";
import { testCommand } from "./test.ts";
import { tlsaCommand } from "./tlsa.ts";
import { upCommand } from "./up.ts";
import { verifiersCommand } from "./verifiers.ts";
import { whyCommand } from "./why.ts";

export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly more?: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** The exit status. */
  run(args: Arguments): Promise<number>;
}

export const commands: readonly Command[] = [
  runCommand,
  listCommand,
  explainCommand,
  attackCommand,
  receiversCommand,
  resolversCommand,
  verifiersCommand,
  authoritiesCommand,
  lintCommand,
  upCommand,
  downCommand,
  judgeCommand,
  whyCommand,
  compareCommand,
  tlsaCommand,
  driverCommand,
  doctorCommand,
  cleanCommand,
  testCommand,
  completionCommand(() => commands),
];
