import { randomBytes } from "node:crypto";
import type { OutsideServer } from "../model/facts.ts";
import { UsageError } from "../words/errors.ts";
import type { World } from "../world/world.ts";
import type { Arguments, OptionSpec } from "./options.ts";
import { addressToward, externalAddress, placeOf } from "./outside-address.ts";

/** `--authority external:ADDRESS`: a name server of the user's own, outside the lab, has the zones by transfer. */

export const externalOptions = {
  primary: {
    value: "ADDRESS[:PORT]",
    help: "with --authority external:ADDRESS: where that server finds the hidden primary, an address of this machine",
  },
  "transfer-key": {
    value: "BASE64",
    help: "with --authority external:ADDRESS: the TSIG key of an earlier run, of 32 octets; a new one unless told",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

const usualPort = 5300;

/** undefined: the authority is one of danelab's own. */
export async function selectExternal(args: Arguments): Promise<OutsideServer | undefined> {
  const wanted = args.value("authority");
  const [primary, secret] = [args.value("primary"), args.value("transfer-key")];
  const address = externalAddress("--authority", wanted);
  if (address === undefined) {
    if (primary ?? secret)
      throw new UsageError("--primary and --transfer-key go with --authority external:ADDRESS");
    return undefined;
  }
  if (secret !== undefined && Buffer.from(secret, "base64").length !== 32)
    throw new UsageError("--transfer-key: is no Base64 of 32 octets");
  return {
    address,
    primary:
      primary === undefined
        ? { address: await addressToward("--authority", address), port: usualPort }
        : placeOf("--primary", primary, usualPort),
    key: { name: "transfer.danelab", secret: secret ?? randomBytes(32).toString("base64") },
  };
}

/** What has to be configured, as files by name. */
export function externalFiles(
  { primary, key }: OutsideServer,
  zones: World["outside"],
): ReadonlyMap<string, string> {
  const { address, port } = primary;
  const origins = zones.map(({ origin }) => origin);
  const bind = `key "${key.name}" { algorithm hmac-sha256; secret "${key.secret}"; };
${origins.map((origin) => `zone "${origin}" { type secondary; file "danelab.${origin}db"; primaries { ${address} port ${port} key "${key.name}"; }; allow-notify { key "${key.name}"; }; };\n`).join("")}`;
  const nsd = `key:
  name: "${key.name}"
  algorithm: hmac-sha256
  secret: "${key.secret}"
${origins.map((origin) => `zone:\n  name: "${origin}"\n  zonefile: "danelab.${origin}zone"\n  request-xfr: AXFR ${address}@${port} ${key.name}\n  allow-notify: ${address} ${key.name}\n`).join("")}`;
  const knot = `key:
  - id: ${key.name}
    algorithm: hmac-sha256
    secret: ${key.secret}
remote:
  - id: danelab
    address: ${address}@${port}
    key: ${key.name}
acl:
  - id: danelab
    key: ${key.name}
    action: notify
zone:
${origins.map((origin) => `  - domain: "${origin}"\n    master: danelab\n    acl: danelab\n`).join("")}`;
  const list = `${origins.join("\n")}\n`;
  return new Map([
    ["bind.conf", bind],
    ["nsd.conf", nsd],
    ["knot.conf", knot],
    ["zones.txt", list],
  ]);
}

/** What to tell the user before the server is waited for. */
export function externalText(
  { address, primary, key }: OutsideServer,
  zones: World["outside"],
  folder: string,
): readonly string[] {
  return [
    `${address} is to be a secondary of ${zones.length} zones: ${folder}/zones.txt`,
    `the primary is ${primary.address} port ${primary.port}; AXFR and NOTIFY have the TSIG key ${key.name}, hmac-sha256, ${key.secret}`,
    `configurations to include: ${folder}/bind.conf, nsd.conf, knot.conf`,
    `it must be reached at ${address} port 53, UDP and TCP, and reach this machine; with --transfer-key ${key.secret} the next run of the same scenarios needs no new one`,
  ];
}
