import type { RealReceiver, Scenario } from "./scenario.ts";

/**
 * What few scenarios take of a sender, besides policy and set-up, and not every sender has. Routes: mail that does not go by
 * the recipient's MX. Timeout: with a server that keeps silent. Notice: behind a 421, or behind the handshake.
 */
export const senderFeatures = [
  "SMTPUTF8",
  "address literals",
  "routes",
  "routes by MX to another port",
  "timeout shorter than a run",
  "timeout shorter than a run for lookups",
  "notice of a session that the server ends",
  "second retry within a run",
] as const;
export type SenderFeature = (typeof senderFeatures)[number];

/** What few scenarios take of a real server at the MX. SNI: certificates of further names, shown to those who ask for them. */
export const receiverFeatures = ["SNI", "certificates of two key types"] as const;
export type ReceiverFeature = (typeof receiverFeatures)[number];

/** What a scenario takes of its sender, besides a policy. */
export type Needs = Pick<
  Scenario,
  "setup" | "recipientText" | "route" | "mx" | "resolver" | "steps" | "attempts"
>;

const silences: readonly string[] = ["starttls-silence", "tls-silence", "stall-handshake"];

export function featuresNeeded({
  recipientText,
  route,
  mx,
  steps,
  attempts,
  resolver,
}: Needs): readonly SenderFeature[] {
  const hosts = [mx, ...steps.map((step) => step.mx)].flat();
  const silent = hosts.some(
    ({ server, attacker }) =>
      silences.includes(server) ||
      (attacker !== null && silences.includes(attacker.does === "intercept" ? attacker.as : attacker.does)),
  );
  const needs: Readonly<Record<SenderFeature, boolean>> = {
    // RFC 6531: an address that is not in ASCII.
    SMTPUTF8: /[^ -~]/.test(recipientText ?? ""),
    "address literals": recipientText?.startsWith("[") ?? false,
    routes: route !== null,
    "routes by MX to another port": route?.mx ?? false,
    "timeout shorter than a run": silent,
    "timeout shorter than a run for lookups":
      resolver?.answers.some(({ does, type }) => does === "drop" && type === undefined) ?? false,
    "notice of a session that the server ends": hosts.some(
      ({ server, attacker }) =>
        server === "starttls-421" ||
        server === "client-certificate-demanded" ||
        attacker?.does === "alter-message",
    ),
    "second retry within a run": attempts > 2,
  };
  return senderFeatures.filter((feature) => needs[feature]);
}

/** Of the real servers at its hosts, by what the scenario calls them. */
export function receiverFeaturesNeeded({
  mx,
  steps,
}: Pick<Needs, "mx" | "steps">): readonly (readonly [RealReceiver, ReceiverFeature])[] {
  return [mx, ...steps.map((step) => step.mx)].flat().flatMap(({ receiver, sni, furtherCertificates }) => {
    if (receiver === "recording") return [];
    const needs: Readonly<Record<ReceiverFeature, boolean>> = {
      SNI: Object.keys(sni).length > 0,
      "certificates of two key types": furtherCertificates.length > 0,
    };
    return receiverFeatures.flatMap((feature) => (needs[feature] ? [[receiver, feature] as const] : []));
  });
}
