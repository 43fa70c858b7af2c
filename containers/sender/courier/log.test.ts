import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createCourierLogReader } from "./log.ts";

const lines = readFileSync(new URL("samples/1.4.log", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");

test("Courier 1.4, recorded; where TLS broke the next message for the host goes in clear text", () => {
  const reader = createCourierLogReader();
  const found: Record<string, string> = {};
  for (const line of lines) {
    const ended = reader.read(line);
    if (!ended) continue;
    const { status, tls, reason } = ended.attempt;
    const attempt = [status, tls, reason].filter((word) => word !== null).join(" ");
    const key = ended.recipient.replace(/^u[\d-]+@(.*?)(-\d)?\.example$/, "$1");
    found[key] = found[key] === undefined ? attempt : `${found[key]}, then ${attempt}`;
  }
  expect(found).toEqual({
    "base-311.may": "sent unknown",
    "base-two-domains-one-message.may": "sent unknown",
    "base-two-domains-plain.may": "sent unknown",
    "base-no-tlsa-no-starttls.may": "sent unknown",
    "atk-abort-every-tls.may": "deferred unknown handshake-failed, then sent unknown",
    "atk-close-handshake.may": "deferred unknown handshake-failed, then sent unknown",
    "atk-stall-handshake.may": "deferred unknown handshake-failed",
    "atk-ehlo-354.may": "bounced unknown server-refused",
    "ee-key-without-private.may": "deferred unknown handshake-failed, then sent unknown",
    "tls-alert.may": "deferred unknown handshake-failed, then sent unknown",
    "tls-greylist.may": "deferred unknown server-refused, then sent unknown",
    "mx-first-down-second-none.may": "sent unknown",
    "mx-first-mismatch-second-none.may": "bounced unknown server-refused",
    "mx-lookup-servfail.may": "deferred unknown mx-lookup-failed",
    "mx-null.may": "bounced unknown null-mx",
    "ghost.mx-nxdomain.may": "bounced unknown domain-not-found",
  });
});

test("a message is known by the part of its id that the reply tells", () => {
  const { queueId } = createCourierLogReader();
  expect(lines.map(queueId)).not.toContain(null);
  expect(
    queueId("courierd: started,id=000000000000000C.000000006B05EC9B.0000001E,from=<a@x>,module=esmtp"),
  ).toBe("000000006B05EC9B.0000001E");
});
