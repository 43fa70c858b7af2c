import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { isIPv4 } from "node:net";
import { join } from "node:path";
import { outsideProgram } from "../lab/stacks.ts";
import type { LabFacts, OutsideResolver } from "../model/facts.ts";
import type { Program } from "../model/plan.ts";
import { messageOf, UsageError } from "../words/errors.ts";
import type { Arguments, OptionSpec } from "./options.ts";
import { addressToward, externalAddress, externalPrefix, placeOf } from "./outside-address.ts";

/** `--resolver external:ADDRESS`: a validating resolver of the user's own, outside the lab, forwards its questions to danelab. */

export const externalResolverOptions = {
  upstream: {
    value: "ADDRESS[:PORT]",
    help: "with --resolver external:ADDRESS: where that resolver sends its questions, an address of this machine",
  },
  "root-key": {
    value: "FILE",
    help: "with --resolver external:ADDRESS: the key of the lab's root, kept for further runs; made where there is none",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

const usualPort = 5301;

export interface ChosenResolvers {
  /** Danelab's own, as the user wrote them. */
  readonly own: readonly string[];
  /** The one outside the lab, if it is chosen. */
  readonly outside: readonly Program[];
  readonly server?: OutsideResolver;
}

/** UsageError: what stands behind --resolver external:, --upstream or --root-key is no such thing. */
export async function selectResolvers(args: Arguments): Promise<ChosenResolvers> {
  const wanted = args.values("resolver");
  const own = wanted.filter((word) => !word.startsWith(externalPrefix));
  const [address, ...more] = new Set(wanted.flatMap((word) => externalAddress("--resolver", word) ?? []));
  const [upstream, rootKey] = [args.value("upstream"), args.value("root-key")];
  if (address === undefined) {
    if (upstream ?? rootKey)
      throw new UsageError("--upstream and --root-key go with --resolver external:ADDRESS");
    return { own, outside: [] };
  }
  if (more.length > 0)
    throw new UsageError(`--resolver external:${more[0]}: a run has room for one resolver outside the lab`);
  return {
    own,
    outside: [outsideProgram(address)],
    server: {
      address,
      upstream:
        upstream === undefined
          ? { address: await addressToward("--resolver", address), port: usualPort }
          : placeOf("--upstream", upstream, usualPort),
      ...(rootKey === undefined ? {} : { rootKey: await rootKeyIn(rootKey) }),
    },
  };
}

async function rootKeyIn(file: string): Promise<string> {
  const refuse = (problem: string): never => {
    throw new UsageError(`--root-key ${file}: ${problem}`);
  };
  const text = await readFile(file, "utf8").catch((error) =>
    error.code === "ENOENT" ? null : refuse(messageOf(error)),
  );
  if (text !== null) {
    try {
      if (createPrivateKey(text).asymmetricKeyDetails?.namedCurve === "prime256v1") return text;
    } catch {
      // Said below.
    }
    return refuse("is no private key of the curve P-256 in PEM; name a file that is not there yet");
  }
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const made = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  await writeFile(file, made, { mode: 0o600 }).catch((error) => refuse(messageOf(error)));
  return made;
}

/** What has to be configured, as files by name. */
export function externalResolverFiles(
  { upstream: { address, port } }: OutsideResolver,
  { trustAnchor, trustAnchorDs }: Pick<LabFacts, "trustAnchor" | "trustAnchorDs">,
): ReadonlyMap<string, string> {
  const ds = `. IN DS ${trustAnchorDs}`;
  const [tag, algorithm, type, digest] = trustAnchorDs.split(" ");
  // Unbound asks nobody on its own machine unless told.
  const sameMachine = isIPv4(address) ? address.startsWith("127.") : address === "::1";
  const unbound = `server:
  # In place of all other trust-anchor and auto-trust-anchor-file lines.
  trust-anchor: "${ds}"
${sameMachine ? "  do-not-query-localhost: no\n" : ""}forward-zone:
  name: "."
  forward-addr: ${address}@${port}
`;
  const bind = `// In place of the lines with these names in named.conf.
options {
  directory "/var/cache/bind";
  dnssec-validation yes;
  forward only;
  forwarders { ${address} port ${port}; };
};
trust-anchors { . static-ds ${tag} ${algorithm} ${type} "${digest}"; };
`;
  const knot = `# Knot Resolver 6, config.yaml
forward:
  - subtree: .
    servers: [ { address: [ "${address}@${port}" ] } ]
dnssec:
  trust-anchors: [ "${ds}" ]
`;
  const pdns = `# PowerDNS Recursor 5, recursor.yml
recursor:
  forward_zones_recurse: [ { zone: ., forwarders: [ "${isIPv4(address) ? address : `[${address}]`}:${port}" ] } ]
  lua_config_file: ''
dnssec:
  validation: validate
  trustanchors: [ { name: ., dsrecords: [ "${trustAnchorDs}" ] } ]
outgoing:
  dont_query: []
`;
  return new Map([
    ["root.ds", `${ds}\n`],
    ["root.key", trustAnchor],
    ["unbound.conf", unbound],
    ["bind.conf", bind],
    ["knot-resolver.yaml", knot],
    ["pdns-recursor.yml", pdns],
  ]);
}

/** What to tell the user before the resolver is waited for. */
export function externalResolverText(
  { address, upstream, rootKey }: OutsideResolver,
  { trustAnchorDs }: Pick<LabFacts, "trustAnchorDs">,
  folder: string,
): readonly string[] {
  return [
    `${address} is to validate by the lab's root, and by no other: . IN DS ${trustAnchorDs} (DS and DNSKEY: ${folder}/root.ds, root.key)`,
    `it forwards all questions to ${upstream.address} port ${upstream.port}, UDP and TCP; it needs no root hints, and no route into the lab`,
    `configurations to include: ${folder}/unbound.conf, bind.conf, knot-resolver.yaml, pdns-recursor.yml; then empty its cache`,
    `it must answer this machine at ${address} port 53, UDP and TCP${rootKey === undefined ? "; with --root-key FILE the next run has the same root key" : ""}`,
  ];
}

/** Tells the user, and stores the files. `folder` is the run's. */
export function announceResolver(
  server: OutsideResolver,
  facts: LabFacts,
  folder: string,
  store: (path: string, content: string) => void,
  tell: (line: string) => void,
): void {
  for (const [name, content] of externalResolverFiles(server, facts)) store(join("external", name), content);
  for (const line of externalResolverText(server, facts, join(folder, "external"))) tell(line);
}
