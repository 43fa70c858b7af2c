import { readFileSync } from "node:fs";
import * as z from "zod";
import { text } from "./shared/gfm.ts";

/** docs/results.md: the results document field by field, made from the published schema. */

interface Node {
  readonly type?: string | readonly string[] | undefined;
  readonly const?: unknown;
  readonly enum?: readonly string[] | undefined;
  readonly description?: string | undefined;
  readonly properties?: Readonly<Record<string, Node>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: Node | undefined;
  readonly additionalProperties?: Node | undefined;
  readonly anyOf?: readonly Node[] | undefined;
}

/** As much of JSON Schema as the schema uses. */
const node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    const: z.unknown().optional(),
    enum: z.array(z.string()).optional(),
    description: z.string().optional(),
    properties: z.record(z.string(), node).optional(),
    required: z.array(z.string()).optional(),
    items: node.optional(),
    additionalProperties: node.optional(),
    anyOf: z.array(node).optional(),
  }),
);

export interface Field {
  /** "trials[].steps[].verdict" */
  readonly path: string;
  readonly type: string;
  readonly optional: boolean;
  readonly meaning: string | null;
}

interface Table {
  /** "" for the document itself. */
  readonly path: string;
  readonly fields: readonly Field[];
}

export function tablesOf(schema: unknown): readonly Table[] {
  return tablesAt(node.parse(schema), "");
}

function tablesAt({ properties = {}, required = [] }: Node, path: string): readonly Table[] {
  const entries = Object.entries(properties);
  const fields = entries.map(
    ([name, field]): Field => ({
      path: path === "" ? name : `${path}.${name}`,
      type: typeOf(field),
      optional: !required.includes(name),
      meaning: field.description ?? null,
    }),
  );
  const below = entries.flatMap(([name, field]) => {
    const { object, suffix } = objectIn(field);
    return object ? tablesAt(object, `${path === "" ? "" : `${path}.`}${name}${suffix}`) : [];
  });
  return [{ path, fields }, ...below];
}

/** The object that a field is, or holds, and how its path is written. */
function objectIn(field: Node): { readonly object: Node | undefined; readonly suffix: string } {
  if (field.properties) return { object: field, suffix: "" };
  if (field.items?.properties) return { object: field.items, suffix: "[]" };
  if (field.additionalProperties?.properties) return { object: field.additionalProperties, suffix: ".*" };
  return { object: field.anyOf?.find(({ properties }) => properties), suffix: "" };
}

function typeOf({ type, const: only, enum: words, items, additionalProperties, anyOf }: Node): string {
  if (anyOf) return anyOf.map(typeOf).join(" or ");
  if (only !== undefined) return JSON.stringify(only);
  if (words) return words.map((word) => `\`${word}\``).join(", ");
  if (items) return `list of ${items.properties ? "objects" : plural(typeOf(items))}`;
  if (additionalProperties) {
    const inner = additionalProperties.properties ? "object" : typeOf(additionalProperties);
    return `object, each field: ${inner}`;
  }
  if (type === undefined) return "anything";
  return typeof type === "string" ? type : type.join(" or ");
}

function plural(type: string): string {
  return type.startsWith("`") ? type : `${type}s`;
}

export function fieldsMarkdown(schema: unknown): string {
  const sections = tablesOf(schema).map(({ path, fields }) => [
    `## ${path === "" ? "The document" : `\`${path}\``}`,
    "",
    "| field | type | meaning |",
    "|---|---|---|",
    ...fields.map(
      ({ path: field, type, optional, meaning }) =>
        `| \`${field.slice(path === "" ? 0 : path.length + 1)}\` | ${type}${optional ? "; may be missing" : ""} | ${text(meaning ?? "")} |`,
    ),
    "",
  ]);
  return `${[
    "# results.json, field by field",
    "",
    "What a run of danelab wrote down. Its JSON Schema is [reports/results.schema.json](../reports/results.schema.json); this page is made",
    "from it (`node reports/fields.ts > docs/results.md`). A path with `[]` is that of each member of a list, one with `*` that of each field.",
    "A program that reads it should pass over fields that it does not know.",
    "",
    ...sections.flat(),
  ]
    .join("\n")
    .trimEnd()}\n`;
}

if (import.meta.main) {
  const schema = readFileSync(new URL("./results.schema.json", import.meta.url), "utf8");
  process.stdout.write(fieldsMarkdown(JSON.parse(schema)));
}
