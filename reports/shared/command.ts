import { authorityModes } from "../../harness/model/authority.ts";
import type { TrialResult } from "../../harness/model/results.ts";

/** The command that runs just this trial again, with the controls and the twin that belong to it. */
export function commandFor({ scenario, sender, resolver, receiver, policy, role }: TrialResult): string {
  if (policy === "lookup") return `./danelab resolvers ${scenario} --resolver ${resolver}`;
  if (policy === "verification") return `./danelab verifiers ${scenario} --verifier ${sender}`;
  if (authorityModes.some((mode) => mode === policy))
    return `./danelab authorities ${scenario} --authority ${resolver} --mode ${policy}`;
  if (policy === "probe") return `./danelab receivers ${scenario} --receiver ${resolver}`;
  // Controls cannot be chosen; they come along with the trial that they are the control of.
  const chosen = role === "control" ? "dane" : policy;
  if (receiver !== undefined)
    return `./danelab receivers ${scenario} --receiver ${receiver} --policy ${chosen} --sender ${sender} --resolver ${resolver}`;
  return `./danelab run ${scenario} --policy ${chosen} --sender ${sender} --resolver ${resolver}`;
}
