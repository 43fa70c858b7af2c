import { indented } from "../../reports/terminal/layout.ts";
import { nameOf } from "../tlsa/certificate.ts";
import type { Check, Finding } from "../tlsa/check.ts";
import type { Material } from "../tlsa/input.ts";
import { acronyms, recordText, type TlsaRecord } from "../tlsa/records.ts";
import type { RollStep } from "../tlsa/roll.ts";
import { day } from "../tlsa/trust-path.ts";

/** What danelab tlsa prints. */

/** Master file text: what is to be told stands in comments. */
export function rollText(steps: readonly RollStep[], columns: number): string {
  return steps
    .flatMap(({ does, publish }, index) => [
      ...(index > 0 ? [""] : []),
      ...indented(`${steps.length > 1 ? `${index + 1}. ` : ""}${does}`, 2, columns).map(
        (line) => `; ${line.trimStart()}`,
      ),
      ...publish.map(recordText),
    ])
    .join("\n");
}

const marks: Readonly<Record<Finding["verdict"], string>> = {
  match: "✓ matches",
  "no match": "✗ does not match",
  "set aside": "✗ matches, but does not count",
  unusable: "- cannot be used",
};

const conclusions: Readonly<Record<Check["outcome"], string>> = {
  authenticated: "Senders with DANE authenticate this server.",
  deferred:
    "Senders with DANE keep their mail back: there are records that can be used, and none matches (RFC 7672 2.2).",
  encrypted: "Senders with DANE encrypt, and authenticate nobody: no record can be used (RFC 7672 2.2).",
};

export function checkText(
  { findings, outcome }: Check,
  { certificates, keys }: Material,
  columns: number,
): string {
  const server = certificates.map(
    (one, depth) => `  ${depth}  ${nameOf(one)}, valid ${day(one.notBefore)} to ${day(one.notAfter)}`,
  );
  return [
    "The server sends",
    ...(server.length > 0
      ? server
      : keys.slice(0, 1).map(({ from }) => `  no certificate; it has the ${from}`)),
    "",
    "Records",
    ...findings.flatMap(({ record, verdict, because }) => [
      `  ${shortText(record)}  ${marks[verdict]}`,
      ...because.flatMap((reason) => indented(reason, 4, columns)),
    ]),
    "",
    ...indented(conclusions[outcome], 0, columns),
  ].join("\n");
}

/** "3 1 1 f7d2f415feaf… (DANE-EE SPKI SHA2-256)" */
function shortText(record: TlsaRecord): string {
  const { usage, selector, matchingType, data } = record;
  const hex = data.toString("hex");
  const shown = hex.length > 16 ? `${hex.slice(0, 12)}…` : hex;
  return `${usage} ${selector} ${matchingType} ${shown} (${acronyms(record)})`;
}

/** For JSON. */
export function plain({ data, ...rest }: TlsaRecord) {
  return { ...rest, data: data.toString("hex") };
}
