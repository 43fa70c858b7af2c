import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { domainToASCII } from "node:url";
import { nameOf } from "../tlsa/certificate.ts";
import { checkRecords } from "../tlsa/check.ts";
import { type Material, readMaterial } from "../tlsa/input.ts";
import { type Made, makeRecord, type Parameters } from "../tlsa/make.ts";
import {
  baseDomain,
  isRecordText,
  ownerOf,
  readRecords,
  recordText,
  type TlsaRecord,
} from "../tlsa/records.ts";
import { rollSteps } from "../tlsa/roll.ts";
import { messageOf, UsageError } from "../words/errors.ts";
import type { Command } from "./commands.ts";
import type { Arguments, OptionSpec } from "./options.ts";
import { terminal } from "./screen.ts";
import { checkText, plain, rollText } from "./tlsa-text.ts";

const options = {
  usage: { value: "0|1|2|3", help: "certificate usage; 3 unless told" },
  selector: { value: "0|1", help: "0 the certificate, 1 its public key; 1 unless told" },
  type: { value: "0|1|2", help: "matching type: 0 the whole, 1 SHA-256, 2 SHA-512; 1 unless told" },
  name: {
    value: "HOST",
    many: true,
    help: "the server's name, as in its MX record; with --check, a name that its certificate may have",
  },
  port: { value: "PORT", help: "25 unless told" },
  ttl: { value: "SECONDS", help: "time to live of the record" },
  roll: { value: "NEXT", help: "the steps of a safe rollover to the certificate or key in this file" },
  check: {
    value: "RECORDS",
    many: true,
    help: 'check these: "3 1 1 ab…", a line of a zone file, a file of either, or - for standard input',
  },
  json: { help: "print JSON" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** An option's number, of those that there are. */
function choice<N extends number>(args: Arguments, name: string, usual: N, known: readonly N[]): N {
  const text = args.value(name);
  if (text === undefined) return usual;
  const found = known.find((one) => String(one) === text);
  if (found === undefined)
    throw new UsageError(`--${name} ${text}: not known; there are ${known.join(", ")}`);
  return found;
}

function number(args: Arguments, name: string, most: number): number | undefined {
  const text = args.value(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text) || Number(text) > most)
    throw new UsageError(`--${name} ${text}: wanted is a number from 0 to ${most}`);
  return Number(text);
}

function parametersOf(args: Arguments): Parameters {
  return {
    usage: choice(args, "usage", 3, [0, 1, 2, 3]),
    selector: choice(args, "selector", 1, [0, 1]),
    matchingType: choice(args, "type", 1, [0, 1, 2]),
  };
}

/** Without the final dot, in the form that certificates have. */
function namesOf(args: Arguments): readonly string[] {
  return args.values("name").map((name) => {
    const ascii = /^[\x21-\x7e]+$/.test(name) ? name.toLowerCase() : domainToASCII(name);
    const plain = ascii.replace(/\.$/, "");
    if (!/^[^.]{1,63}(\.[^.]{1,63})*$/.test(plain) || plain.length > 253)
      throw new UsageError(`--name ${name}: is no domain name`);
    return plain;
  });
}

async function open(path: string): Promise<Buffer> {
  try {
    return path === "-" ? await buffer(process.stdin) : await readFile(path);
  } catch (error) {
    throw new UsageError(`${path}: cannot be read: ${messageOf(error)}`);
  }
}

const shown = (path: string): string => (path === "-" ? "standard input" : path);

async function material(path: string): Promise<Material> {
  return readMaterial(await open(path), shown(path));
}

function warn(warnings: Iterable<string>): void {
  for (const warning of new Set(warnings)) console.error(`danelab: ${warning}`);
}

/** A record for each of the names; without any the RDATA alone. */
function named(record: TlsaRecord, args: Arguments): readonly TlsaRecord[] {
  const port = number(args, "port", 65_535) ?? 25;
  const ttl = number(args, "ttl", 2_147_483_647);
  const names = namesOf(args);
  if (names.length === 0) return [record];
  return names.map((name) => ({
    ...record,
    owner: ownerOf(name, port),
    ...(ttl === undefined ? {} : { ttl }),
  }));
}

async function make(path: string, args: Arguments): Promise<number> {
  const { record, from, warnings } = await made(path, args);
  const records = named(record, args);
  if (args.flag("json"))
    console.log(JSON.stringify({ records: records.map(plain), from, warnings }, null, 2));
  else {
    console.log(records.map(recordText).join("\n"));
    warn([`made from ${from}`, ...warnings]);
  }
  return 0;
}

async function made(path: string, args: Arguments): Promise<Made> {
  return makeRecord(await material(path), parametersOf(args), shown(path), new Date());
}

async function roll(path: string, next: string, args: Arguments): Promise<number> {
  const [from, to] = [await made(path, args), await made(next, args)];
  const steps = rollSteps(from.record, to.record, number(args, "ttl", 2_147_483_647)).map(
    ({ does, publish }) => ({ does, publish: publish.flatMap((record) => named(record, args)) }),
  );
  const warnings = [...from.warnings, ...to.warnings];
  if (args.flag("json")) {
    const told = steps.map(({ does, publish }) => ({ does, publish: publish.map(plain) }));
    console.log(JSON.stringify({ from: from.from, to: to.from, steps: told, warnings }, null, 2));
  } else {
    console.log(rollText(steps, terminal().columns));
    warn([`made from ${from.from}`, `and from ${to.from}`, ...warnings]);
  }
  return 0;
}

async function recordsOf(text: string): Promise<readonly TlsaRecord[]> {
  if (isRecordText(text)) return readRecords(text, "--check");
  return readRecords((await open(text)).toString("utf8"), shown(text));
}

async function check(path: string, told: readonly string[], args: Arguments): Promise<number> {
  const server = await material(path);
  const records = (await Promise.all(told.map(recordsOf))).flat();
  const given = namesOf(args);
  // The owner of a record tells whose it is: RFC 7672 3.2.2 calls that the TLSA base domain.
  const names = given.length > 0 ? given : records.flatMap(({ owner = "" }) => baseDomain(owner) ?? []);
  const checked = checkRecords(records, server, { names: [...new Set(names)], now: new Date() });
  if (args.flag("json")) {
    const certificates = server.certificates.map((one) => ({
      subject: nameOf(one),
      notBefore: one.notBefore,
      notAfter: one.notAfter,
    }));
    const findings = checked.findings.map(({ record, ...rest }) => ({ ...plain(record), ...rest }));
    console.log(JSON.stringify({ outcome: checked.outcome, records: findings, certificates }, null, 2));
  } else console.log(checkText(checked, server, terminal().columns));
  return checked.outcome === "authenticated" ? 0 : 1;
}

/** What a check takes from the records themselves, or has no use for. */
const forMaking = ["usage", "selector", "type", "port", "ttl", "roll"] as const;

export const tlsaCommand: Command = {
  name: "tlsa",
  usage: "tlsa FILE",
  summary: "Make a TLSA record from a certificate or key, roll it over, or check records against a chain",
  more: `FILE holds certificates (the server's first), a key or a request, PEM or DER; - is standard input. Examples:
  danelab tlsa cert.pem --name mx.example.com
  danelab tlsa cert.pem --name mx.example.com --ttl 3600 --roll next.pem
  openssl s_client -starttls smtp -connect mx.example.com:25 -showcerts </dev/null >chain.pem
  dig +short _25._tcp.mx.example.com TLSA | danelab tlsa chain.pem --name mx.example.com --check -
Exit status with --check: 0 a record matches, 1 none does.`,
  options,
  async run(args) {
    const [path, ...rest] = args.words;
    if (path === undefined || rest.length > 0)
      throw new UsageError("tlsa takes one file; see danelab tlsa --help");
    const told = args.values("check");
    if (told.length > 0) {
      const wrong = forMaking.find((name) => args.value(name) !== undefined);
      if (wrong) throw new UsageError(`--check and --${wrong} do not go together`);
      if ([path, ...told].filter((one) => one === "-").length > 1)
        throw new UsageError("standard input can be one thing only");
      return check(path, told, args);
    }
    const next = args.value("roll");
    return next === undefined ? make(path, args) : roll(path, next, args);
  },
};
