import type { AuthorityDriver } from "../../../harness/lab/driver.ts";
import { oneForEach } from "../../../harness/lab/instances.ts";
import type { ServedZone, ServerInstance } from "../../../harness/model/facts.ts";

const fileOf = ({ name }: ServerInstance) => `/etc/yadifa/danelab-${name}.conf`;
const stateOf = ({ name }: ServerInstance) => `/run/yadifa-${name}`;

function zoneOf({ origin, file }: ServedZone, instance: ServerInstance): string {
  const { primary, transferKey } = instance;
  const lines =
    primary === undefined
      ? ["type primary", `file "${file.replace(/^\//, "")}"`]
      : [
          "type secondary",
          `file "${stateOf(instance).replace(/^\//, "")}/${origin}zone"`,
          `primary ${primary} port 53${transferKey ? ` key ${transferKey.name}` : ""}`,
          "allow-notify any",
        ];
  return `<zone>\n  domain ${origin}\n${lines.map((line) => `  ${line}\n`).join("")}</zone>\n`;
}

function keyOf({ transferKey }: ServerInstance): string {
  return transferKey
    ? `<key>\n  name ${transferKey.name}\n  algorithm hmac-sha256\n  secret ${transferKey.secret}\n</key>\n`
    : "";
}

function configuration(instance: ServerInstance): string {
  const state = stateOf(instance);
  return `<main>
  daemon off
  uid root
  gid root
  chroot off
  logpath "${state}"
  pidfile "${state}/yadifad.pid"
  datapath "/"
  keyspath "${state}"
  xfrpath "${state}"
  listen ${instance.addresses.map((address) => `${address} port 53`).join(", ")}
  allow-query any
  allow-transfer none
  allow-notify none
  allow-control none
  max-tcp-queries 255
  thread-count-by-address 1
</main>
<rrl>
  enabled off
</rrl>
<channels>
  stderr STDERR
</channels>
<loggers>
  "*" crit,err stderr
</loggers>
${keyOf(instance)}${instance.zones.map((zone) => zoneOf(zone, instance)).join("")}`;
}

const driver: AuthorityDriver = {
  role: "authority",
  name: "yadifa",
  versions: [
    { version: "2.6", suite: "bookworm" },
    { version: "3.0", suite: "trixie" },
  ],
  versionCommand: ["yadifad", "--version"],
  // With dnssec-mode and keys of ours in its folder 3.0.2 signs, but of 36 zones 4 did not validate, for a reason not found; 2.6.4
  // left zones without signatures. By a dnssec-policy it makes keys of its own, whose DS nobody knows beforehand.
  modes: ["serving", "secondary"],
  // Version 2.6 takes no signal for it, see divergences.ts.
  reload: (instance) => ["sh", "-c", `kill -HUP $(cat ${stateOf(instance)}/yadifad.pid)`],
  files: (instances) =>
    instances.map((instance) => ({ path: fileOf(instance), content: configuration(instance) })),
  command: (instances) =>
    oneForEach(instances, (one) => `(mkdir -p ${stateOf(one)} && exec yadifad -c ${fileOf(one)})`),
};

export default driver;
