import * as z from "zod";
import { resultsSchema } from "../harness/model/results.ts";

/** The JSON Schema (2020-12) of results.json, as published in results.schema.json. */
export function resultsJsonSchema(): string {
  // As input: a reader must not stumble over fields that were added since.
  const { $schema, ...body } = z.toJSONSchema(resultsSchema, { target: "draft-2020-12", io: "input" });
  const schema = {
    $schema,
    title: "danelab results",
    description: "The results document of a run of danelab",
    ...body,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

if (import.meta.main) process.stdout.write(resultsJsonSchema());
