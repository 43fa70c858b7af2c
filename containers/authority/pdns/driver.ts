import type { AuthorityDriver } from "../../../harness/lab/driver.ts";
import { oneForEach } from "../../../harness/lab/instances.ts";
import type { FileToCopy, ServedZone, ServerInstance, SigningKey } from "../../../harness/model/facts.ts";

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

function configuration(instance: ServerInstance): string {
  const state = stateOf(instance);
  return `daemon=no
guardian=no
launch=gsqlite3
gsqlite3-database=${state}/zones.sqlite
gsqlite3-dnssec=yes
gsqlite3-pragma-synchronous=0
socket-dir=${state}
local-address=${instance.addresses.join(",")}
${isSigning(instance) ? "" : "secondary=yes\nxfr-cycle-interval=1\nretrieval-threads=4\n"}max-nsec3-iterations=2500
dname-processing=yes
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

function isSigning({ zones }: ServerInstance): boolean {
  return zones.some(({ signing }) => signing);
}

/** As PowerDNS writes names. */
function bare(name: string): string {
  return name === "." ? "." : name.replace(/\.$/, "").toLowerCase();
}

function domains({ zones, transferKey }: ServerInstance, primary: string): string {
  const rows = zones.flatMap(({ origin }, index) => [
    `INSERT INTO domains (id, name, master, type) VALUES (${index + 1}, '${bare(origin)}', '${primary}', 'SLAVE');\n`,
    ...(transferKey
      ? [
          `INSERT INTO domainmetadata (domain_id, kind, content) VALUES (${index + 1}, 'AXFR-MASTER-TSIG', '${transferKey.name}');\n`,
        ]
      : []),
  ]);
  const key = transferKey
    ? `INSERT INTO tsigkeys (name, algorithm, secret) VALUES ('${transferKey.name}', 'hmac-sha256', '${transferKey.secret}');\n`
    : "";
  return `BEGIN;\n${key}${rows.join("")}COMMIT;\n`;
}

const keyFile = (origin: string, { tag }: SigningKey) => `${folder}/keys/${origin}${tag}.pem`;

/** The zone as its file has it; its keys and how it denies stay. */
function load(instance: ServerInstance, { origin, file }: ServedZone): string {
  const util = `pdnsutil --config-dir=${folder}/${instance.name}`;
  return `${util} load-zone ${bare(origin)} ${file} && ${util} rectify-zone ${bare(origin)}`;
}

/** Before the server starts. */
function sign(instance: ServerInstance, zone: ServedZone): string {
  const util = `pdnsutil --config-dir=${folder}/${instance.name}`;
  const { keys, denial } = zone.signing ?? { keys: [], denial: { type: "nsec" } as const };
  return [
    load(instance, zone),
    ...keys.map(
      (key) =>
        `${util} import-zone-key-pem ${bare(zone.origin)} ${keyFile(zone.origin, key)} ${key.algorithm} ${key.role === "zsk" ? "zsk" : "ksk"}`,
    ),
    ...(denial.type === "nsec3"
      ? [
          `${util} set-nsec3 ${bare(zone.origin)} '1 ${denial.optOut ? 1 : 0} ${denial.iterations} ${denial.salt || "-"}'`,
        ]
      : []),
    `${util} rectify-zone ${bare(zone.origin)}`,
  ].join(" && ");
}

/** A script, as the command would be too long. */
function startScript(instance: ServerInstance): string {
  const [state, own] = [stateOf(instance), `${folder}/${instance.name}`];
  const schema = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";
  const ownPrimary = !isSigning(instance) && instance.primary === undefined;
  return `set -e
mkdir -p ${state}
${ownPrimary ? `nsd -d -c ${own}/nsd.conf &\n` : ""}sqlite3 ${state}/zones.sqlite < ${schema}
${isSigning(instance) ? instance.zones.map((zone) => `{ ${sign(instance, zone)}; } > /dev/null\n`).join("") : `sqlite3 ${state}/zones.sqlite < ${own}/domains.sql\n`}exec pdns_server --config-dir=${own}
`;
}

const driver: AuthorityDriver = {
  role: "authority",
  name: "pdns",
  versions: [{ version: "4.9", suite: "trixie" }],
  versionCommand: ["pdns_server", "--version"],
  modes: ["signing", "secondary"],
  reload: (instance) => [
    "sh",
    "-c",
    isSigning(instance)
      ? instance.zones.map((zone) => load(instance, zone)).join(" && ")
      : `kill -HUP $(cat ${stateOf(instance)}/nsd.pid)`,
  ],
  files: (instances) =>
    instances.flatMap((instance, index): readonly FileToCopy[] => {
      const own = `${folder}/${instance.name}`;
      const from = instance.primary ?? `127.0.0.1:${firstPort + index}`;
      return [
        { path: `${own}/pdns.conf`, content: configuration(instance) },
        { path: `${own}/start.sh`, content: startScript(instance) },
        ...(isSigning(instance)
          ? instance.zones.flatMap(({ origin, signing }) =>
              (signing?.keys ?? []).map((key) => ({ path: keyFile(origin, key), content: key.privateKey })),
            )
          : [
              { path: `${own}/nsd.conf`, content: primary(instance, firstPort + index) },
              { path: `${own}/domains.sql`, content: domains(instance, from) },
            ]),
      ];
    }),
  command: (instances) => oneForEach(instances, ({ name }) => `bash ${folder}/${name}/start.sh`),
};

export default driver;
