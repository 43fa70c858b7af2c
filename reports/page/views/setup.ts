import type {
  CertificateText,
  DomainSetup,
  ServedCertificate,
  ServerSetup,
  SetupStep,
} from "../../../harness/model/setup.ts";
import { counted } from "../../shared/summary.ts";
import { type Html, html, type Piece } from "../html.ts";
import { countOf } from "../shortened.ts";
import { closedPart, facts, log, part } from "./facts.ts";

/** What the recipient domain published and what its servers showed: TLSA records beside the certificates that they speak of. */
export function setupParts(setup: DomainSetup | undefined, titles: readonly string[]): readonly Html[] {
  if (!setup) return [];
  const told = setup.steps.map((step, index) =>
    setup.steps.length === 1
      ? stepParts(step)
      : [html`<h3>Step ${index + 1}: ${titles[index] ?? ""}</h3>`, stepParts(step)],
  );
  const zones = setup.steps.flatMap((step, index) =>
    step.zones.map(({ origin, records }) =>
      closedPart(
        `Zone ${origin}`,
        `${counted(countOf(records), "record")}${index > 0 ? `, as of step ${index + 1}` : ""}`,
        log(records, "log zone"),
      ),
    ),
  );
  return [part("TLSA records and certificates", told), ...zones];
}

function stepParts({ zones, servers }: SetupStep): Piece {
  const tlsa = zones.flatMap(({ records }) => records.filter((record) => /^\S+ \d+ IN TLSA /.test(record)));
  const chains = servers.flatMap((server) => server.certificates.map((one) => ({ server, one })));
  return [
    zones.length > 0
      ? tlsa.length > 0
        ? log(tlsa, "log zone")
        : html`<p class="muted">No TLSA record is published.</p>`
      : null,
    html`<div class="certificates">${chains.map(({ server, one }) => servedHtml(server, one, tlsa))}</div>`,
  ];
}

function servedHtml(
  server: ServerSetup,
  { by, sni, chain }: ServedCertificate,
  tlsa: readonly string[],
): Html {
  const owner = by === "attacker" || server.hostile ? "the attacker's" : "served";
  const [leaf, ...rest] = chain;
  return html`<section class="certificate ${by}"><h3>${server.name}${sni === null ? "" : `, for SNI ${sni}`} <small>${owner}; ${serverTold(server)}</small></h3>${
    leaf
      ? [
          certificateHtml(leaf, tlsa),
          ...rest.map((one) => html`<p class="muted">then</p>${certificateHtml(one, tlsa)}`),
        ]
      : html`<p class="muted">No X.509 certificate that could be read.</p>`
  }</section>`;
}

function serverTold({ behaviour, attacker, port }: ServerSetup): string {
  return [
    `server: ${behaviour}`,
    ...(attacker ? [`attacker in front of it: ${attacker}`] : []),
    ...(port === 25 ? [] : [`port ${port}`]),
  ].join(", ");
}

function certificateHtml(
  { subject, issuer, names, notBefore, notAfter, key, sha256, keySha256 }: CertificateText,
  tlsa: readonly string[],
): Html {
  return facts([
    ["Subject", subject || "none"],
    ["Issuer", issuer === subject ? "itself" : issuer],
    ["Names", names || "none"],
    [
      "Valid",
      `${notBefore.slice(0, 16).replace("T", " ")} to ${notAfter.slice(0, 16).replace("T", " ")} UTC`,
    ],
    ["Key", key],
    ["SHA-256", digest(sha256, tlsa)],
    ["of its key", digest(keySha256, tlsa)],
  ]);
}

/** Marked where a TLSA record holds it. */
function digest(hex: string, tlsa: readonly string[]): Html {
  const held = tlsa.some((record) => record.endsWith(` ${hex}`));
  return html`<code>${hex}</code>${held ? html` <b class="held">✓ in a TLSA record</b>` : null}`;
}
