import type { SenderDriver } from "../../../harness/lab/driver.ts";
import { createChasquidLogReader } from "./log.ts";

const data = "/var/lib/chasquid";
const trustStore = "/etc/chasquid/trust-store.pem";

const driver: SenderDriver = {
  role: "sender",
  name: "chasquid",
  versions: [{ version: "1.15", suite: "trixie" }],
  onRequest: true,
  dane: false,
  tls: "Go crypto/tls",
  // It has no setting for it: TLS is opportunistic, unless MTA-STS demands more or there was better before.
  policies: ["may"],
  // It keeps no connection and no TLS session, and has no filters for DNS answers.
  setups: ["plain"],
  // After a minute it tries again, then after five.
  lacks: ["address literals", "routes", "timeout shorter than a run", "second retry within a run"],
  tmpfs: { [data]: "mode=700" },
  // Go takes the CAs that it trusts from there.
  command: ["env", `SSL_CERT_FILE=${trustStore}`, "SSL_CERT_DIR=/nonexistent", "chasquid", "-v=1"],
  versionCommand: ["chasquid", "-version"],
  submission: { port: 465, login: { user: "danelab@lab.example", password: "danelab" } },
  // A minute, and up to one more at random.
  retriesWithin: 130_000,

  files: ({ senderName, trustStore: content }) => [
    {
      path: "/etc/chasquid/chasquid.conf",
      content: `hostname: "${senderName}"
smtp_address: "127.0.0.1:25"
submission_address: "127.0.0.1:587"
submission_over_tls_address: "127.0.0.1:465"
data_dir: "${data}"
mail_log_path: "<stderr>"
`,
    },
    // Mail of another domain's sender would be rewritten as forwarded; bounces end here, as there is no such user.
    { path: `/etc/chasquid/domains/may.${senderName}/aliases`, content: "" },
    { path: trustStore, content },
  ],

  // The reply does not tell.
  queueId: () => null,

  async retry() {
    throw new Error("chasquid cannot be told to try a message again");
  },

  async queued() {
    return new Set();
  },

  createLogReader: createChasquidLogReader,

  nonsense: { path: "/etc/chasquid/chasquid.conf", line: "nonsense: true" },

  misconfigured: (line) => /Fatal|Error (listening|loading)|No certificates|panic: /.test(line),
};

export default driver;
