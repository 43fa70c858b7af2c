// A plugin for Haraka: takes all mail for sending, sends some by routes instead of MX records, has the envelope sender choose
// the policy, tries messages again when it is told to, and says on standard output when an attempt begins, and what became of
// each recipient:
//   TIME danelab: UUID: to=<recipient> status=tried|sent|deferred|bounced text

const { Resolver } = require("node:dns").promises;
const fs = require("node:fs");
const readline = require("node:readline");
const shared = require("haraka-net-utils/lib/dns_config").getDnsResolver();
const outbound = require("./outbound");

const { senderName, routes, again } = JSON.parse(fs.readFileSync("/etc/haraka/attend.json", "utf8"));
const routeOf = new Map(routes.map((route) => [route.recipient, route]));
/** By queue id: what is in the queue. */
const queued = new Map();

// Where one answer cannot be parsed, or one port is closed, c-ares drops all questions that a resolver has under way. Haraka
// has a single one: here each question has its own, so that no message is in the way of another.
for (const ask of ["resolveMx", "resolve4", "resolve6"])
  shared[ask] = (name) => new Resolver({ timeout: 25_000, tries: 1 })[ask](name);

const idOf = (hmail) => hmail.todo.uuid;

function say(hmail, recipients, status, text) {
  const time = new Date().toISOString();
  for (const { address } of recipients)
    process.stdout.write(`${time} danelab: ${idOf(hmail)}: to=<${address}> status=${status} ${text}\n`);
}

exports.register = () => {
  // Read and write: it never ends.
  const asked = readline.createInterface({ input: fs.createReadStream(again, { flags: "r+" }) });
  asked.on("line", (id) => {
    for (const [uuid, hmail] of queued) if (uuid.startsWith(`${id}.`)) tryAgain(hmail);
  });
};

function tryAgain(hmail) {
  try {
    outbound.temp_fail_queue.discard(hmail.filename);
    outbound.delivery_queue.push(hmail);
  } catch {
    // It is not there: its attempt never ended. So flush_queue() in outbound/queue.js does.
    outbound.delivery_queue.push(new outbound.HMailItem(hmail.filename, hmail.path));
  }
}

exports.hook_connect = (next, connection) => {
  connection.relaying = true;
  next();
};

// An MX record of "." leads to this host itself.
exports.hook_ehlo = exports.hook_helo = (next, _connection, name) =>
  name === senderName ? next(DENY, "mail loops back to me") : next();

exports.hook_rcpt = (next) => next(OK);

exports.hook_get_mx = async (next, hmail, domain) => {
  queued.set(idOf(hmail), hmail);
  say(hmail, hmail.todo.rcpt_to, "tried", "");
  if (hmail.todo.mail_from.host === `verify.${senderName}`) hmail.get_force_tls = () => true;
  const route = routeOf.get(domain.toLowerCase());
  if (!route) return next();
  const { to, mx, port } = route;
  if (!mx) return next(OK, { exchange: to, port });
  try {
    next(
      OK,
      (await outbound.net_utils.get_mx(to)).map((one) => Object.assign(one, { port })),
    );
  } catch (error) {
    next(DENYSOFT, error.message);
  }
};

exports.hook_delivered = (next, hmail, [host, ip, response, , , , recipients, secured]) => {
  queued.delete(idOf(hmail));
  say(hmail, recipients, "sent", `relay=${host}[${ip}] tls=${secured ? "Y" : "N"} ${response}`);
  next();
};

exports.hook_deferred = (next, hmail, { err }) => {
  say(hmail, hmail.todo.rcpt_to, "deferred", err);
  next();
};

// No bounce message: nobody would read it.
exports.hook_bounce = (next, hmail, error) => {
  queued.delete(idOf(hmail));
  say(hmail, hmail.todo.rcpt_to, "bounced", error.message);
  next(OK);
};
