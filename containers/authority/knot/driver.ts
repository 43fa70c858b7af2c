import type { AuthorityDriver } from "../../../harness/lab/driver.ts";
import { oneForEach } from "../../../harness/lab/instances.ts";
import type { ServerInstance } from "../../../harness/model/facts.ts";

const fileOf = ({ name }: ServerInstance) => `/etc/knot/danelab-${name}.conf`;
const stateOf = ({ name }: ServerInstance) => `/run/knot-${name}`;

function configuration(instance: ServerInstance): string {
  const state = stateOf(instance);
  return `server:
  listen: [ ${instance.addresses.map((address) => `${address}@53`).join(", ")} ]
  rundir: ${state}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: ${state}
log:
  - target: stderr
    any: warning
template:
  - id: default
    storage: /
    semantic-checks: off
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
zone:
${instance.zones.map(({ origin, file }) => `  - domain: "${origin}"\n    file: ${file}\n`).join("")}`;
}

const driver: AuthorityDriver = {
  role: "authority",
  name: "knot",
  versions: [{ version: "3.4", suite: "trixie" }],
  versionCommand: ["knotd", "--version"],
  files: (instances) =>
    instances.map((instance) => ({ path: fileOf(instance), content: configuration(instance) })),
  command: (instances) =>
    oneForEach(instances, (one) => `(mkdir -p ${stateOf(one)} && exec knotd -c ${fileOf(one)})`),
};

export default driver;
