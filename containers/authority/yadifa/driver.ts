import type { AuthorityDriver } from "../../../harness/lab/driver.ts";
import { oneForEach } from "../../../harness/lab/instances.ts";
import type { ServerInstance } from "../../../harness/model/facts.ts";

const fileOf = ({ name }: ServerInstance) => `/etc/yadifa/danelab-${name}.conf`;
const stateOf = ({ name }: ServerInstance) => `/run/yadifa-${name}`;

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
${instance.zones
  .map(
    ({ origin, file }) =>
      `<zone>\n  domain ${origin}\n  type primary\n  file "${file.replace(/^\//, "")}"\n</zone>\n`,
  )
  .join("")}`;
}

const driver: AuthorityDriver = {
  role: "authority",
  name: "yadifa",
  versions: [
    { version: "2.6", suite: "bookworm" },
    { version: "3.0", suite: "trixie" },
  ],
  versionCommand: ["yadifad", "--version"],
  files: (instances) =>
    instances.map((instance) => ({ path: fileOf(instance), content: configuration(instance) })),
  command: (instances) =>
    oneForEach(instances, (one) => `(mkdir -p ${stateOf(one)} && exec yadifad -c ${fileOf(one)})`),
};

export default driver;
