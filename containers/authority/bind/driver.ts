import type { AuthorityDriver } from "../../../harness/lab/driver.ts";
import { oneForEach } from "../../../harness/lab/instances.ts";
import type { ServedZone, ServerInstance } from "../../../harness/model/facts.ts";

import { keyFiles, keyFolder, policyOf, signingPolicy } from "./signing.ts";

const fileOf = ({ name }: ServerInstance) => `/etc/bind/danelab-${name}.conf`;
const stateOf = ({ name }: ServerInstance) => `/run/named-${name}`;

function zoneOf({ origin, file, signing }: ServedZone, instance: ServerInstance): string {
  const { primary, transferKey } = instance;
  if (primary !== undefined) {
    const own = `${stateOf(instance)}/${origin === "." ? "root" : origin}db`;
    const key = transferKey ? ` key "${transferKey.name}"` : "";
    const notify = transferKey ? `key "${transferKey.name}";` : `${primary};`;
    return `zone "${origin}" { type secondary; file "${own}"; primaries { ${primary}${key}; }; allow-notify { ${notify} }; };\n`;
  }
  const policy = signing
    ? ` dnssec-policy "${policyOf(signing)}"; inline-signing yes; key-directory "${keyFolder}";`
    : "";
  return `zone "${origin}" { type primary; file "${file}";${policy} };\n`;
}

function keyOf({ transferKey }: ServerInstance): string {
  return transferKey
    ? `key "${transferKey.name}" { algorithm hmac-sha256; secret "${transferKey.secret}"; };\n`
    : "";
}

function configuration(instance: ServerInstance): string {
  const state = stateOf(instance);
  const policies = new Map(
    instance.zones.flatMap(({ signing }) =>
      signing ? [[policyOf(signing), signingPolicy(signing)] as const] : [],
    ),
  );
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
  transfers-in 100;
  transfers-per-ns 100;
  serial-query-rate 1000;
  // Seconds. Zones that are checked for changes at their SOA's refresh timer have a short one.
  min-refresh-time 1;
  min-retry-time 1;
  // Zones are served as they are, whatever is wrong with them.
  check-names primary ignore;
  check-names secondary ignore;
  check-integrity no;
  check-mx ignore;
  check-sibling no;
  max-records-per-type 0;
  max-types-per-name 0;
};
controls { };
${keyOf(instance)}${[...policies.values()].join("")}${instance.zones.map((zone) => zoneOf(zone, instance)).join("")}`;
}

const driver: AuthorityDriver = {
  role: "authority",
  name: "bind",
  versions: [
    { version: "9.20", suite: "trixie" },
    { version: "9.18", suite: "bookworm" },
  ],
  versionCommand: ["named", "-V"],
  modes: ["serving", "signing", "secondary"],
  reload: (instance) => ["sh", "-c", `kill -HUP $(cat ${stateOf(instance)}/named.pid)`],
  files: (instances) =>
    instances.flatMap((instance) => [
      { path: fileOf(instance), content: configuration(instance) },
      ...instance.zones.flatMap(keyFiles),
    ]),
  command: (instances) =>
    oneForEach(instances, (one) => `(mkdir -p ${stateOf(one)} && exec named -g -4 -n 1 -c ${fileOf(one)})`),
};

export default driver;
