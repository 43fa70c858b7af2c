import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startTools } from "../../../harness/dns/test-tools.ts";

/** Looks for a certificate of these octets in two lists of one matching record each, and prints whether it was found. */
const script = `
const { createHash } = require("node:crypto");
const { dane } = require("/opt/mx-connect/node_modules/mx-connect");
const raw = Buffer.from("a certificate");
const digest = createHash("sha256").update(raw).digest();
const named = { usage: 3, selector: 0, mtype: 1, cert: digest };
const byNode = { certUsage: 3, selector: 0, match: 1, data: digest };
console.log(JSON.stringify([named, byNode].map((one) => dane.verifyCertAgainstTlsa({ raw }, [one]).valid)));
`;

test("mx-connect does not understand the TLSA records that Node.js gives: client.mjs names their fields anew", async () => {
  const tools = await startTools({
    name: "sender-mx-connect",
    folder: fileURLToPath(new URL(".", import.meta.url)),
    suite: "trixie",
  });
  try {
    await tools.copy([{ path: "/tmp/both.js", content: script }]);
    expect(JSON.parse(await tools.run("node /tmp/both.js"))).toEqual([true, false]);
  } finally {
    await tools.close();
  }
});
