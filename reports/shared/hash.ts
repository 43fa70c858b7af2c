import { createHash } from "node:crypto";

/** As a content security policy names a style or script that it lets in. */
export function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
