import type { FileToCopy, LabFacts } from "../model/facts.ts";

/**
 * Unbound without its validator, for resolvers that only forward: so that what they say of DNSSEC is their own. It listens on
 * loopback: at this port beside the forwarder, at port 53 where it has a namespace of its own.
 */
export const upstreamPort = 5335;

const path = "/etc/danelab/upstream.conf";

const configuration = (port: number): string => `server:
  interface: 127.0.0.1@${port}
  do-ip6: no
  username: ""
  chroot: ""
  directory: "/etc/danelab"
  pidfile: "/run/upstream.pid"
  root-hints: "/etc/danelab/root.hints"
  module-config: "iterator"
  num-threads: 1
  use-syslog: no
  logfile: ""
  cache-max-ttl: 60
  cache-max-negative-ttl: 10
  infra-host-ttl: 10
  outgoing-range: 4096
  num-queries-per-thread: 4096
  jostle-timeout: 5000
  outbound-msg-retry: 3
  infra-cache-min-rtt: 200
  # The forwarder in front of it waits: a late answer is better than none.
  discard-timeout: 0
  incoming-num-tcp: 500
`;

export function upstreamFiles({ rootHints }: LabFacts, port: number = upstreamPort): readonly FileToCopy[] {
  return [
    { path, content: configuration(port) },
    { path: "/etc/danelab/root.hints", content: rootHints },
  ];
}

export const upstreamCommand = ["unbound", "-d", "-c", path];

/** A shell command that starts it in the background. */
export const startUpstream = `(${upstreamCommand.join(" ")} &)`;
