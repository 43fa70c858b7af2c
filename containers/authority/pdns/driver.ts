import type { AuthorityDriver } from "../../../harness/lab/driver.ts";
import { oneForEach } from "../../../harness/lab/instances.ts";
import type { FileToCopy, ServerInstance } from "../../../harness/model/facts.ts";

/**
 * PowerDNS takes signed zones as they are by transfer only (loaded from a file, it answers without some of the proofs). NSD on
 * loopback is the primary, a port for each instance.
 */
const folder = "/etc/danelab";
const stateOf = ({ name }: ServerInstance) => `/run/pdns-${name}`;
const firstPort = 5400;

function primary(instance: ServerInstance, port: number): string {
  const state = `${stateOf(instance)}/nsd`;
  return `server:
  ip-address: 127.0.0.1
  port: ${port}
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
${instance.zones
  .map(
    ({ origin, file }) =>
      `zone:\n  name: "${origin}"\n  zonefile: "${file}"\n  provide-xfr: 127.0.0.1 NOKEY\n`,
  )
  .join("")}`;
}

function secondary(instance: ServerInstance): string {
  const state = stateOf(instance);
  return `daemon=no
guardian=no
launch=gsqlite3
gsqlite3-database=${state}/zones.sqlite
gsqlite3-dnssec=yes
gsqlite3-pragma-synchronous=0
socket-dir=${state}
local-address=${instance.addresses.join(",")}
secondary=yes
xfr-cycle-interval=1
retrieval-threads=4
max-nsec3-iterations=2500
receiver-threads=1
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
dnssec-key-cache-ttl=0
zone-metadata-cache-ttl=0
security-poll-suffix=
loglevel=3
`;
}

function domains(instance: ServerInstance, port: number): string {
  const rows = instance.zones.map(({ origin }) => {
    const name = origin === "." ? "." : origin.replace(/\.$/, "").toLowerCase();
    return `INSERT INTO domains (name, master, type) VALUES ('${name}', '127.0.0.1:${port}', 'SLAVE');\n`;
  });
  return `BEGIN;\n${rows.join("")}COMMIT;\n`;
}

const driver: AuthorityDriver = {
  role: "authority",
  name: "pdns",
  versions: [{ version: "4.9", suite: "trixie" }],
  versionCommand: ["pdns_server", "--version"],
  files: (instances) =>
    instances.flatMap((instance, index): readonly FileToCopy[] => [
      { path: `${folder}/${instance.name}/pdns.conf`, content: secondary(instance) },
      { path: `${folder}/${instance.name}/nsd.conf`, content: primary(instance, firstPort + index) },
      { path: `${folder}/${instance.name}/domains.sql`, content: domains(instance, firstPort + index) },
    ]),
  command: (instances) =>
    oneForEach(instances, (one) => {
      const [state, own] = [stateOf(one), `${folder}/${one.name}`];
      const schema = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";
      return `(mkdir -p ${state} && (nsd -d -c ${own}/nsd.conf &) && sqlite3 ${state}/zones.sqlite < ${schema} && sqlite3 ${state}/zones.sqlite < ${own}/domains.sql && exec pdns_server --config-dir=${own})`;
    }),
};

export default driver;
