import type { LabFacts } from "../../../harness/model/facts.ts";

/** smtpd.conf: an action for each policy, chosen by the envelope sender's domain. */

/** smtpd.conf(5), relay: without "tls" it is opportunistic. */
const optionsOf = { may: "", encrypt: " tls no-verify", verify: " tls" } as const;
type Policy = keyof typeof optionsOf;
const policies: readonly Policy[] = ["may", "encrypt", "verify"];

function rules(policy: Policy, { senderName, routes }: LabFacts): string {
  const from = `match from any mail-from "@${policy}.${senderName}"`;
  const relay = `relay${optionsOf[policy]} ca "lab" helo "${senderName}"`;
  const own = routes.filter((route) => route.policy === policy);
  // An empty table is none.
  const routed =
    own.length === 0
      ? ""
      : `table "routes-${policy}" { ${own.map(({ recipient, to, port }) => `"${recipient}" = "smtp://${to}:${port}"`).join(", ")} }
action "${policy}-routed" ${relay} domain <"routes-${policy}">
${from} for domain { ${own.map(({ recipient }) => `"${recipient}"`).join(", ")} } action "${policy}-routed"
`;
  return `${routed}action "${policy}" ${relay}
${from} for any action "${policy}"
`;
}

export function configuration(facts: LabFacts): string {
  const { senderName } = facts;
  return `ca "lab" cert "/etc/danelab/trust-store.pem"
smtp limit max-mails 100000
# Hundreds of hosts get mail at once; no connection is kept for later messages, and a retry does not wait.
mta limit max-conn-per-source 400 conn-delay-route 0 conn-delay-relay 0 reconn-delay-route 0 session-keepalive 0
listen on 127.0.0.1 port 25 hostname "${senderName}"
# Bounces end here.
match from any for domain { "${senderName}", "*.${senderName}" } reject
${policies.map((policy) => rules(policy, facts)).join("")}`;
}
