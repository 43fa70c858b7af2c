// A plugin for Haraka: takes all mail for sending, sends some by routes instead of MX records, has the envelope sender choose
// the policy, tries messages again when it is told to, and says on standard output what became of each recipient:
//   danelab: UUID: to=<recipient> status=sent|deferred|bounced text

const fs = require("node:fs");
const readline = require("node:readline");
const outbound = require("./outbound");

const { senderName, routes, again } = JSON.parse(fs.readFileSync("/etc/haraka/attend.json", "utf8"));
const routeOf = new Map(routes.map((route) => [route.recipient, route]));
/** By queue id: what waits in the queue. */
const waiting = new Map();

const idOf = (hmail) => hmail.todo.uuid;

function say(hmail, recipients, status, text) {
  for (const { address } of recipients)
    process.stdout.write(`danelab: ${idOf(hmail)}: to=<${address}> status=${status} ${text}\n`);
}

exports.register = () => {
  // Read and write: it never ends.
  const asked = readline.createInterface({ input: fs.createReadStream(again, { flags: "r+" }) });
  asked.on("line", (id) => {
    for (const [uuid, hmail] of waiting) {
      if (!uuid.startsWith(`${id}.`)) continue;
      waiting.delete(uuid);
      outbound.temp_fail_queue.discard(hmail.filename);
      outbound.delivery_queue.push(hmail);
    }
  });
};

exports.hook_connect = (next, connection) => {
  connection.relaying = true;
  next();
};

// An MX record of "." leads to this host itself.
exports.hook_ehlo = exports.hook_helo = (next, _connection, name) =>
  name === senderName ? next(DENY, "mail loops back to me") : next();

exports.hook_rcpt = (next) => next(OK);

exports.hook_get_mx = async (next, hmail, domain) => {
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
  say(hmail, recipients, "sent", `relay=${host}[${ip}] tls=${secured ? "Y" : "N"} ${response}`);
  next();
};

exports.hook_deferred = (next, hmail, { err }) => {
  waiting.set(idOf(hmail), hmail);
  say(hmail, hmail.todo.rcpt_to, "deferred", err);
  next();
};

// No bounce message: nobody would read it.
exports.hook_bounce = (next, hmail, error) => {
  say(hmail, hmail.todo.rcpt_to, "bounced", error.message);
  next(OK);
};
