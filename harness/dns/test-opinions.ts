import type { Tools } from "./test-tools.ts";

/** For lab tests: what ldns-verify-zone and dnssec-verify say of zones. */

export interface ZoneToVerify {
  readonly name: string;
  readonly origin: string;
  /** Text of the master file. */
  readonly file: string;
  /** Master-file lines of the parent's DS records: ldns takes them for its trust anchors. */
  readonly ds?: string;
  /** Its one key does all: dnssec-verify wants to be told. */
  readonly single?: boolean;
}

export interface Opinion {
  readonly accepts: boolean;
  readonly text: string;
}

export type Tool = "ldns" | "bind";
export type Opinions = ReadonlyMap<string, Readonly<Partial<Record<Tool, Opinion>>>>;

let folders = 0;

export async function verifyZones(
  tools: Tools,
  zones: readonly ZoneToVerify[],
  which: readonly Tool[] = ["ldns", "bind"],
): Promise<Opinions> {
  const folder = `/verify/${++folders}`;
  const jobs = zones.flatMap(({ origin, ds, single }, index): string[] => {
    const zone = `${folder}/${index}.zone`;
    const commands: Record<Tool, string> = {
      ldns: `ldns-verify-zone -V 2 ${ds ? `-k ${folder}/${index}.ds ` : ""}${zone}`,
      bind: `dnssec-verify -q ${single ? "-z " : ""}-o ${origin} ${zone}`,
    };
    return which.map((tool) => {
      const answer = `${folder}/${index}.${tool}`;
      return `${commands[tool]} > ${answer} 2>&1; echo "exit $?" >> ${answer}`;
    });
  });
  await tools.copy([
    ...zones.flatMap(({ file, ds }, index) => [
      { path: `${folder}/${index}.zone`, content: file },
      ...(ds ? [{ path: `${folder}/${index}.ds`, content: ds }] : []),
    ]),
    { path: `${folder}/jobs`, content: jobs.map((job) => `${job}\0`).join("") },
  ]);
  const names = zones.flatMap((_, index) => which.map((tool) => `${index}.${tool}`)).join(" ");
  const output = await tools.run(
    `cd ${folder}; xargs -0 -P 2 -n 1 sh -c < jobs; for file in ${names}; do echo "== $file"; cat $file; done`,
  );
  const answers = new Map(
    output.split(/^== /m).flatMap((part) => {
      const [, file = "", text = "", exit = ""] = /^(\S+)\n([\s\S]*)exit (\d+)\n$/.exec(part) ?? [];
      return file ? [[file, { accepts: exit === "0", text }] as const] : [];
    }),
  );
  return new Map(
    zones.map(({ name }, index) => [
      name,
      Object.fromEntries(
        which.flatMap((tool) => {
          const answer = answers.get(`${index}.${tool}`);
          return answer ? [[tool, answer]] : [];
        }),
      ),
    ]),
  );
}
