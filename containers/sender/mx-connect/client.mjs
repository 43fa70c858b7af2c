// A sending client of danelab's own, as thin as it can be, around mx-connect: it takes mail by SMTP on loopback, has mx-connect
// find and connect to a server, and speaks SMTP over that socket with nodemailer's SMTPConnection. What becomes of a message is
// told on standard output, one JSON object a line.
import { X509Certificate } from "node:crypto";
import { Resolver } from "node:dns/promises";
import { createReadStream, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { domainToASCII } from "node:url";
import mxConnect from "mx-connect";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { SMTPServer } from "smtp-server";

const [spool, again] = process.argv.slice(2);
const { senderName, routes, trustStore, atOnce } = JSON.parse(
  readFileSync("/etc/mx-connect/client.json", "utf8"),
);
/** Policies under which nothing goes in clear text. */
const tlsAlways = ["encrypt", "verify"];
const routeOf = new Map(routes.map((route) => [route.recipient, route]));

const log = (entry) =>
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`);

/**
 * Each attempt asks with a resolver of its own: where one answer cannot be parsed, c-ares drops all questions of that
 * resolver. mx-connect reads other names of a TLSA record's fields than Node.js gives; its README tells of this option.
 */
function lookups() {
  const resolver = new Resolver({ timeout: 3_000, tries: 2 });
  const resolveRecords = (domain, type) => resolver.resolve(domain, type);
  const resolveTlsa = async (name) =>
    (await resolver.resolveTlsa(name)).map(({ certUsage, selector, match, data }) => ({
      usage: certUsage,
      selector,
      mtype: match,
      cert: Buffer.from(data),
    }));
  return { resolveRecords, resolveTlsa };
}

function destinationOf(domain) {
  const route = routeOf.get(domain);
  if (!route) return { target: domain };
  const { to, mx, port } = route;
  return mx ? { target: to, port } : { target: domain, mx: [to], port };
}

/** As mx-connect's README has it: the verifier is called after the handshake, with the issuers that the server sent. */
function daneFault({ daneVerifier, hostname }, socket) {
  const leaf = socket.getPeerX509Certificate();
  const chain = [];
  for (
    let issuer = leaf?.issuerCertificate;
    issuer instanceof X509Certificate;
    issuer = issuer.issuerCertificate
  )
    chain.push(issuer);
  return daneVerifier(hostname, leaf, chain);
}

/** One SMTP session. Resolves with the reply and what TLS it went by; errors tell whether TLS was at fault. */
function converse(connection, { policy, clear, from, to, content }) {
  const { promise, resolve, reject } = Promise.withResolvers();
  const required = connection.requireTls || tlsAlways.includes(policy);
  const smtp = new SMTPConnection({
    connection: connection.socket,
    host: connection.hostname,
    port: connection.port,
    name: senderName,
    ignoreTLS: clear,
    requireTLS: required,
    opportunisticTLS: !required,
    tls: { ca: trustStore, rejectUnauthorized: policy === "verify" },
    connectionTimeout: 20_000,
    greetingTimeout: 10_000,
    socketTimeout: 10_000,
  });
  const fail = (error, more = {}) => {
    // A server that still answers has no trouble with TLS.
    const inTls = smtp.upgrading === true || (smtp.secure && error.responseCode === undefined);
    smtp.close();
    reject(Object.assign(error, { category: error.category ?? "smtp", inTls }, more));
  };
  smtp.on("error", fail);
  smtp.connect((error) => {
    if (error) return fail(error);
    const { secure, _socket: socket } = smtp;
    const fault = secure && connection.daneVerifier ? daneFault(connection, socket) : undefined;
    if (fault) return fail(fault);
    const tls = !secure
      ? "none"
      : connection.daneVerifier
        ? "dane"
        : socket.authorized
          ? "pkix"
          : "unverified";
    smtp.send({ from, to, size: content.length, use8BitMime: true }, content, (refusal, info) => {
      if (refusal) return fail(refusal, { tls, final: refusal.permanent === true });
      smtp.quit();
      resolve({ tls, response: info.response });
    });
  });
  return promise;
}

/** Server after server, as mx-connect's ignoreMXHosts allows; in clear text where TLS fails that nothing demands. */
async function transmit({ policy, ...mail }, domain, told) {
  const clear = new Set();
  const ignoreMXHosts = [];
  const { resolveRecords, resolveTlsa } = lookups();
  let mxLastError = false;
  for (;;) {
    const connection = await mxConnect({
      ...destinationOf(domain),
      maxConnectTime: 5_000,
      ignoreMXHosts,
      mxLastError,
      dnsOptions: { resolveRecords },
      dane: { enabled: policy === "dane", resolveTlsa, logger: told },
    });
    const relay = `${connection.hostname}[${connection.host}]`;
    try {
      return {
        relay,
        ...(await converse(connection, { ...mail, policy, clear: clear.has(connection.host) })),
      };
    } catch (error) {
      error.relay = relay;
      if (error.final) throw error;
      const mayBeClear = error.inTls && !connection.requireTls && !tlsAlways.includes(policy);
      told({ msg: "session failed", relay, code: error.code, error: error.message });
      if (mayBeClear && !clear.has(connection.host)) clear.add(connection.host);
      else {
        ignoreMXHosts.push(connection.host);
        mxLastError = Object.assign(error, { temporary: true });
      }
    }
  }
}

const queue = new Map();

async function attempt(id) {
  const message = queue.get(id);
  if (!message) return;
  for (const [domain, to] of message.waiting) {
    const { policy, from, content } = message;
    const told = (entry) => log({ id, domain, ...entry });
    const report = (outcome) => {
      for (const recipient of to) log({ id, to: recipient, policy, ...outcome });
    };
    try {
      const { relay, tls, response } = await transmit({ policy, from, to, content }, domain, told);
      message.waiting.delete(domain);
      report({ status: "sent", relay, tls, response });
    } catch (error) {
      const { relay, tls, inTls, code, command, category, responseCode, message: text } = error;
      const final = error.final || (category === "dns" && !error.temporary);
      if (final) message.waiting.delete(domain);
      const status = final ? "bounced" : "deferred";
      report({ status, relay, tls, inTls, category, code, command, responseCode, error: text });
    }
  }
  if (message.waiting.size === 0) {
    queue.delete(id);
    rmSync(`${spool}/${id}`);
  }
}

/** A bounded number of attempts at once, and one at a time of each message. */
const due = new Set();
const running = new Set();

function schedule(id) {
  due.add(id);
  start();
}

function start() {
  for (const id of due) {
    if (running.size >= atOnce) return;
    if (running.has(id)) continue;
    due.delete(id);
    running.add(id);
    void attempt(id).finally(() => {
      running.delete(id);
      start();
    });
  }
}

let count = 0;
new SMTPServer({
  name: senderName,
  authOptional: true,
  disabledCommands: ["AUTH", "STARTTLS"],
  disableReverseLookup: true,
  logger: false,
  async onData(stream, { envelope }, done) {
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const id = `m${++count}`;
    const from = envelope.mailFrom.address;
    const waiting = new Map();
    for (const { address } of envelope.rcptTo) {
      const [local, given] = address.split("@");
      const domain = domainToASCII(given) || given;
      waiting.set(domain, [...(waiting.get(domain) ?? []), `${local}@${domain}`]);
    }
    const policy = from.split("@")[1].slice(0, -senderName.length - 1);
    queue.set(id, { policy, from, waiting, content: Buffer.concat(chunks) });
    writeFileSync(`${spool}/${id}`, "");
    done(null, `queued as ${id}`);
    schedule(id);
  },
}).listen(25, "127.0.0.1");

// Read and write: it never ends.
createInterface({ input: createReadStream(again, { flags: "r+" }) }).on("line", schedule);
