import type { AuthorityDriver } from "../../../harness/lab/driver.ts";
import { oneForEach } from "../../../harness/lab/instances.ts";
import type { ServedZone, ServerInstance } from "../../../harness/model/facts.ts";

const folder = "/etc/nsd/danelab";
const stateOf = (name: string) => `/run/nsd-${name}`;

/** Any of its own addresses may be the source of what it says to itself: the key says who may. */
const anybody = "0.0.0.0/0";

function zoneOf(
  { origin, file, secondary, notify }: ServedZone,
  { name, addresses, primary, transferKey }: ServerInstance,
): string {
  const key = transferKey?.name ?? "NOKEY";
  const lines = [
    `name: "${origin}"`,
    ...(primary === undefined
      ? [`zonefile: "${file}"`]
      : [
          `zonefile: "${stateOf(name)}.${origin}zone"`,
          `request-xfr: AXFR ${primary} ${key}`,
          `allow-notify: ${anybody} ${key}`,
        ]),
    ...(secondary === undefined
      ? []
      : [
          `provide-xfr: ${anybody} ${key}`,
          ...(notify === false ? [] : [`notify: ${secondary} ${key}`]),
          // Some secondaries look at where a NOTIFY comes from.
          ...addresses.map((address) => `outgoing-interface: ${address}`),
        ]),
  ];
  return `zone:\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

function keyOf({ transferKey }: ServerInstance): string {
  return transferKey
    ? `key:\n  name: "${transferKey.name}"\n  algorithm: hmac-sha256\n  secret: "${transferKey.secret}"\n`
    : "";
}

/** Limits of queries per second are off: a burst of mail is not an attack, and a dropped answer would look like a verdict. */
function configuration(instance: ServerInstance): string {
  const state = stateOf(instance.name);
  return `server:
${instance.addresses.map((address) => `  ip-address: ${address}`).join("\n")}
  username: root
  chroot: ""
  database: ""
  zonesdir: "/"
  pidfile: "${state}.pid"
  xfrdfile: "${state}.xfrd"
  xfrdir: "/run"
  zonelistfile: "${state}.zones"
  cookie-secret-file: "${state}.cookies"
  server-count: 1
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
  logfile: "/dev/stderr"
remote-control:
  control-enable: no
${keyOf(instance)}${instance.zones.map((zone) => zoneOf(zone, instance)).join("")}`;
}

const driver: AuthorityDriver = {
  role: "authority",
  name: "nsd",
  versions: [{ version: "4.12", suite: "trixie" }],
  modes: ["serving", "secondary"],
  reload: (instance) => ["sh", "-c", `kill -HUP $(cat /run/nsd-${instance.name}.pid)`],
  files: (instances) =>
    instances.map((instance) => ({
      path: `${folder}/${instance.name}.conf`,
      content: configuration(instance),
    })),
  versionCommand: ["nsd", "-v"],
  command: (instances) => oneForEach(instances, ({ name }) => `nsd -d -c ${folder}/${name}.conf`),
};

export default driver;
