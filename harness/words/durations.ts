/** Every duration that the harness waits or asks of a program, in one place. Milliseconds unless the name says otherwise. */
export const durations = {
  /** A container must be running this long after it was asked for. */
  containerStart: 30_000,
  /** A program in a container must prove that it works, beside dozens of others that start with it. */
  programReady: 60_000,
  /** A program that starts is asked whether it is ready, again and again: each question must be answered so soon. */
  readyTry: 2_000,
  /** One question to a resolver, its retries included. */
  dnsAnswer: 25_000,
  /** A question to a resolver, put as senders do: it is repeated once. */
  lookupTry: 5_000,
  /** From a question to the news that the resolver died of it. */
  newsOfDeath: 5_000,
  /** A handful of messages handed to their sender. */
  submission: 120_000,
  /** From handing a message in, or from the sender's last verdict on any, to its verdict on this one: with a dead resolver OpenSMTPD takes 40 s. */
  firstAttempt: 90_000,
  /** From the sender's verdict, or from the last news of its kind, to what another witness must still tell: late where hundreds end at once. */
  sessionEnd: 30_000,
  /** After a change, a resolver may still tell of failures from before for so long. */
  failuresForgotten: 12_000,
  /** A name server must have taken a changed zone, and signed it where it does so itself. */
  zoneChanged: 15_000,
  /** A name server outside the lab must answer a question. */
  outsideAnswer: 5_000,
  /** It must have all zones by transfer, once its owner has set it up. */
  outsideReady: 600_000,
  /** What resolvers have cached of a zone that changes has run out: its TTL is a second. */
  changingTtl: 1_100,
  /** Senders keep a failed message this long before they try it again (Postfix minimal_backoff_time). */
  retryBackoff: 1_000,
  /** From one look at a sender's queue to the next, at least. */
  betweenLooks: 250,
  /** A verifier's look at one MX host. */
  verification: 60_000,
  /** What a process wrote at its end must have come so soon after the news of its death. */
  lastWords: 2_000,
  /** A command run in a container. */
  exec: 60_000,
  /** An image built from packages. */
  imageBuild: 600_000,
  /** The container engine must answer after it was started. */
  engineStart: 30_000,
  /** Time that things get to end by themselves before they are removed. */
  stop: 5_000,
} as const;
