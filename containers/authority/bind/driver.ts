import type { AuthorityDriver } from "../../../harness/lab/driver.ts";
import { oneForEach } from "../../../harness/lab/instances.ts";
import type { ServerInstance } from "../../../harness/model/facts.ts";

const fileOf = ({ name }: ServerInstance) => `/etc/bind/danelab-${name}.conf`;
const stateOf = ({ name }: ServerInstance) => `/run/named-${name}`;

function configuration(instance: ServerInstance): string {
  const state = stateOf(instance);
  return `options {
  directory "${state}";
  pid-file "${state}/named.pid";
  listen-on { ${instance.addresses.map((address) => `${address};`).join(" ")} };
  listen-on-v6 { none; };
  recursion no;
  allow-query { any; };
  allow-transfer { none; };
  dnssec-validation no;
  notify no;
  empty-zones-enable no;
  // Zones are served as they are, whatever is wrong with them.
  check-names primary ignore;
  check-integrity no;
  check-mx ignore;
  check-sibling no;
  max-records-per-type 0;
  max-types-per-name 0;
};
controls { };
${instance.zones.map(({ origin, file }) => `zone "${origin}" { type primary; file "${file}"; };\n`).join("")}`;
}

const driver: AuthorityDriver = {
  role: "authority",
  name: "bind",
  versions: [
    { version: "9.20", suite: "trixie" },
    { version: "9.18", suite: "bookworm" },
  ],
  versionCommand: ["named", "-V"],
  files: (instances) =>
    instances.map((instance) => ({ path: fileOf(instance), content: configuration(instance) })),
  command: (instances) =>
    oneForEach(instances, (one) => `(mkdir -p ${stateOf(one)} && exec named -g -4 -n 1 -c ${fileOf(one)})`),
};

export default driver;
