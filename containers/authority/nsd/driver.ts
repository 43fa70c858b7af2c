import type { AuthorityDriver } from "../../../harness/lab/driver.ts";
import { oneForEach } from "../../../harness/lab/instances.ts";
import type { ServerInstance } from "../../../harness/model/facts.ts";

const folder = "/etc/nsd/danelab";

/** Limits of queries per second are off: a burst of mail is not an attack, and a dropped answer would look like a verdict. */
function configuration(instance: ServerInstance): string {
  const state = `/run/nsd-${instance.name}`;
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
${instance.zones.map(({ origin, file }) => `zone:\n  name: "${origin}"\n  zonefile: "${file}"\n`).join("")}`;
}

const driver: AuthorityDriver = {
  role: "authority",
  name: "nsd",
  versions: [{ version: "4.12", suite: "trixie" }],
  files: (instances) =>
    instances.map((instance) => ({
      path: `${folder}/${instance.name}.conf`,
      content: configuration(instance),
    })),
  versionCommand: ["nsd", "-v"],
  command: (instances) => oneForEach(instances, ({ name }) => `nsd -d -c ${folder}/${name}.conf`),
};

export default driver;
