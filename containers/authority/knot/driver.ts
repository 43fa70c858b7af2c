import type { AuthorityDriver } from "../../../harness/lab/driver.ts";
import { oneForEach } from "../../../harness/lab/instances.ts";
import type { FileToCopy, ServedZone, ServerInstance, SigningKey } from "../../../harness/model/facts.ts";

const fileOf = ({ name }: ServerInstance) => `/etc/knot/danelab-${name}.conf`;
const stateOf = ({ name }: ServerInstance) => `/run/knot-${name}`;

type Signing = NonNullable<ServedZone["signing"]>;

/** Zones with the same policy share it. */
function policyOf({ keys, denial }: Signing): string {
  const kind =
    denial.type === "nsec3"
      ? `nsec3-${denial.iterations}-${denial.salt.length / 2}${denial.optOut ? "-optout" : ""}`
      : denial.type;
  return [...keys.map(({ role }) => role), kind].join("-");
}

/** The keys are given (keymgr, see importKeys). The salt is Knot's own: only its length can be told. */
function policy(signing: Signing): string {
  const { denial } = signing;
  const nsec3 =
    denial.type === "nsec3"
      ? `    nsec3: on
    nsec3-iterations: ${denial.iterations}
    nsec3-salt-length: ${denial.salt.length / 2}
    nsec3-opt-out: ${denial.optOut ? "on" : "off"}
`
      : "";
  return `  - id: ${policyOf(signing)}
    manual: on
    dnskey-ttl: 60
${nsec3}`;
}

function zoneOf({ origin, file, signing }: ServedZone, { primary }: ServerInstance): string {
  const lines =
    primary !== undefined
      ? ["master: primary", "acl: notify", "zonefile-load: none", "journal-content: all"]
      : signing
        ? [
            `file: ${file}`,
            "dnssec-signing: on",
            `dnssec-policy: ${policyOf(signing)}`,
            "zonefile-load: difference-no-serial",
            "journal-content: all",
            "serial-policy: increment",
          ]
        : [`file: ${file}`];
  return `  - domain: "${origin}"\n${lines.map((line) => `    ${line}\n`).join("")}`;
}

function transferOf({ primary, transferKey }: ServerInstance): string {
  if (primary === undefined) return "";
  const key = transferKey ? `    key: ${transferKey.name}\n` : "";
  return `${transferKey ? `key:\n  - id: ${transferKey.name}\n    algorithm: hmac-sha256\n    secret: ${transferKey.secret}\n` : ""}remote:
  - id: primary
    address: ${primary}@53
${key}acl:
  - id: notify
    action: notify
${key}`;
}

function configuration(instance: ServerInstance): string {
  const state = stateOf(instance);
  const policies = new Map(
    instance.zones.flatMap(({ signing }) => (signing ? [[policyOf(signing), policy(signing)] as const] : [])),
  );
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
${transferOf(instance)}${policies.size > 0 ? `policy:\n${[...policies.values()].join("")}` : ""}template:
  - id: default
    storage: /
    semantic-checks: off
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
zone:
${instance.zones.map((zone) => zoneOf(zone, instance)).join("")}`;
}

const keyFile = (origin: string, { tag }: SigningKey) => `/etc/knot/danelab-keys/${origin}${tag}.pem`;

function keyFiles({ origin, signing }: ServedZone): readonly FileToCopy[] {
  return (signing?.keys ?? []).map((key) => ({ path: keyFile(origin, key), content: key.privateKey }));
}

/** Before the server starts: the zones' keys, as ones that have been in use for long. */
function importKeys(instance: ServerInstance): string {
  return instance.zones
    .flatMap(({ origin, signing }) =>
      (signing?.keys ?? []).map(
        (key) =>
          `keymgr -c ${fileOf(instance)} ${origin} import-pem ${keyFile(origin, key)} algorithm=${key.algorithm} ksk=${key.role === "zsk" ? "no" : "yes"} zsk=${key.role === "ksk" ? "no" : "yes"} created=1 publish=1 ready=1 active=1 > /dev/null && `,
      ),
    )
    .join("");
}

const driver: AuthorityDriver = {
  role: "authority",
  name: "knot",
  versions: [{ version: "3.4", suite: "trixie" }],
  versionCommand: ["knotd", "--version"],
  modes: ["serving", "signing", "secondary"],
  reload: (instance) => ["sh", "-c", `kill -HUP $(cat ${stateOf(instance)}/knot.pid)`],
  files: (instances) =>
    instances.flatMap((instance) => [
      { path: fileOf(instance), content: configuration(instance) },
      ...instance.zones.flatMap(keyFiles),
    ]),
  command: (instances) =>
    oneForEach(
      instances,
      (one) => `(mkdir -p ${stateOf(one)} && ${importKeys(one)}exec knotd -c ${fileOf(one)})`,
    ),
};

export default driver;
