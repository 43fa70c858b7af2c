import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { isIP, isIPv6 } from "node:net";
import type { OutsideServer } from "../model/facts.ts";
import { messageOf, UsageError } from "../words/errors.ts";
import type { World } from "../world/world.ts";
import type { Arguments, OptionSpec } from "./options.ts";

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

const prefix = "external:";
const usualPort = 5300;

/** undefined: the authority is one of danelab's own. */
export async function selectExternal(args: Arguments): Promise<OutsideServer | undefined> {
  const wanted = args.value("authority");
  const [primary, secret] = [args.value("primary"), args.value("transfer-key")];
  if (!wanted?.startsWith(prefix)) {
    if (primary ?? secret)
      throw new UsageError("--primary and --transfer-key go with --authority external:ADDRESS");
    return undefined;
  }
  const address = wanted.slice(prefix.length);
  if (isIP(address) === 0)
    throw new UsageError(`--authority ${wanted}: "${address}" is no IP address; write external:192.0.2.1`);
  if (secret !== undefined && Buffer.from(secret, "base64").length !== 32)
    throw new UsageError("--transfer-key: is no Base64 of 32 octets");
  return {
    address,
    primary:
      primary === undefined ? { address: await addressToward(address), port: usualPort } : placeOf(primary),
    key: { name: "transfer.danelab", secret: secret ?? randomBytes(32).toString("base64") },
  };
}

function placeOf(text: string): OutsideServer["primary"] {
  const [, address = "", port = String(usualPort)] = /^\[?([0-9a-fA-F.:]+?)\]?(?::(\d+))?$/.exec(text) ?? [];
  if (isIP(address) === 0 || Number(port) > 65_535)
    throw new UsageError(
      `--primary ${text}: write an IP address of this machine, with a port behind it or not`,
    );
  return { address, port: Number(port) };
}

/** The address that this machine uses to speak to the other. */
async function addressToward(address: string): Promise<string> {
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.connect(53, address, resolve);
    });
    return socket.address().address;
  } catch (error) {
    throw new UsageError(
      `--authority ${prefix}${address}: this machine has no way to it: ${messageOf(error)}`,
    );
  } finally {
    socket.close();
  }
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
