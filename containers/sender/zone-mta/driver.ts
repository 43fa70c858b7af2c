import type { SenderDriver } from "../../../harness/lab/driver.ts";
import type { RunningContainer } from "../../../harness/lab/engine.ts";
import { runIn } from "../../../harness/lab/run-in.ts";
import { createZoneMtaLogReader } from "./log.ts";

const home = "/etc/zone-mta";

/** Messages under way at once. */
const connections = 64;

/** Asks the plugin attend.js, which is there a few seconds after mail is taken. */
const client = `
use IO::Socket::INET;
my $until = time + 30;
for my $path (@ARGV) {
    for (;;) {
        my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:12080") or die "the API of ZoneMTA: $@\\n";
        print $socket "GET /$path HTTP/1.0\\r\\n\\r\\n";
        my ($head, $body) = split /\\r\\n\\r\\n/, do { local $/; <$socket> }, 2;
        if ($head =~ m{^HTTP/1.[01] 200}) { print "$body\\n"; last }
        die "$path: $head\\n$body\\n" if $head !~ m{^HTTP/1.[01] 404} || time > $until;
        select(undef, undef, undef, 0.2);
    }
}
`;

function ask(container: RunningContainer, ...paths: readonly string[]): Promise<string> {
  return runIn(container, ["perl", "-e", client, ...paths]);
}

/**
 * ZoneMTA as npm has it, whole. Its queue is in MongoDB, which neither Debian nor npm has: a small server of danelab's own that
 * speaks MongoDB's protocol (mongodb.mjs) stands in its place.
 */
const driver: SenderDriver = {
  role: "sender",
  name: "zone-mta",
  versions: [{ version: "3.10.3", suite: "trixie" }],
  onRequest: true,
  dane: false,
  tls: "OpenSSL",
  // It demands TLS only where MTA-STS does.
  policies: ["may"],
  // It keeps no TLS session, connections as they are set here (reuseCount) neither, and has no filters for DNS answers.
  setups: ["plain"],
  versionCommand: ["node", "-p", 'require("/opt/zone-mta/node_modules/zone-mta/package.json").version'],
  command: ["sh", "/opt/zone-mta/start.sh"],
  submission: { port: 25 },

  files: ({ senderName, routes, trustStore }) => [
    { path: `${home}/attend.json`, content: JSON.stringify({ senderName, routes }) },
    { path: `${home}/trust-store.pem`, content: trustStore },
    {
      path: `${home}/danelab.json`,
      content: JSON.stringify({
        name: senderName,
        pluginsPath: `${home}/plugins`,
        plugins: {
          attend: { enabled: ["main", "receiver", "sender"] },
          // No bounce message: nobody would read it.
          "core/email-bounce": { enabled: false },
        },
        // One day: messages are tried again only when they are asked for.
        queue: { deferTimes: Array(100).fill(86_400_000) },
        smtpInterfaces: {
          feeder: {
            port: 25,
            host: "127.0.0.1",
            processes: 1,
            hostname: senderName,
            disableReverseLookup: true,
          },
        },
        dns: { caching: false },
        pools: {
          default: ["0.0.0.0", "::"].map((address) => ({ address, name: senderName })),
        },
        zones: {
          // No process of its own: there are no bounce messages.
          bounces: { disabled: true },
          default: {
            ignoreIPv6: false,
            connections,
            connectionCache: { ttl: 1, reuseCount: 1 },
          },
        },
      }),
    },
  ],

  queueId: (reply) => /^250 .*Message queued as ([0-9a-f]+)/.exec(reply)?.[1] ?? null,

  async retry(container, queueIds) {
    await ask(container, ...queueIds.map((id) => `again/${id}`));
  },

  async queued(container) {
    const ids: unknown = JSON.parse(await ask(container, "queued"));
    return new Set(Array.isArray(ids) ? ids.map(String) : []);
  },

  createLogReader: createZoneMtaLogReader,

  nonsense: { path: `${home}/danelab.json`, line: "nonsense" },

  misconfigured: (line) =>
    /danelab: mongodb\.mjs: |Could not |Failed loading plugin|Redis.* E[A-Z]+|danelab\.json\] /.test(line),
};

export default driver;
