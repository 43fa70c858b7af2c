import { describe, expect, it } from "vitest";
import type { ForwardedZone, RelayRule } from "../../harness/model/farm.ts";
import { readQuestion } from "./dns-message.ts";
import { RelayedZones } from "./dns-zones.ts";
import { query, types } from "./test-dns.ts";

const zone = (origin: string, forward: string, ...rules: readonly RelayRule[]): ForwardedZone => ({
  origin,
  forward,
  rules,
});

/** "server action" of the question. */
function routes(zones: RelayedZones, name: string, type: number = types.TLSA): string {
  const { forward, rule } = zones.route(readQuestion(query(name, { type })));
  return `${forward} ${rule?.does ?? "-"}`;
}

describe("RelayedZones", () => {
  it("takes the deepest zone that a name is in, whatever its case", () => {
    const zones = new RelayedZones("elsewhere", [
      zone("x.example.", "upper", { does: "drop" }),
      zone("_tcp.mx.x.example.", "lower"),
    ]);
    expect(routes(zones, "X.eXAMPLE")).toBe("upper drop");
    expect(routes(zones, "mx.x.example")).toBe("upper drop");
    expect(routes(zones, "_25._TCP.mx.x.example")).toBe("lower -");
    expect(routes(zones, "xx.example")).toBe("elsewhere -");
    expect(routes(zones, "example")).toBe("elsewhere -");
    expect(routes(zones, "")).toBe("elsewhere -");
    expect(zones.route(undefined)).toEqual({ forward: "elsewhere", rule: undefined });
  });

  it("asks the zone above for DS records", () => {
    const zones = new RelayedZones("elsewhere", [
      zone("x.example.", "upper"),
      zone("c.x.example.", "lower", { does: "refused" }),
    ]);
    expect(routes(zones, "c.x.example", types.DS)).toBe("upper -");
    expect(routes(zones, "d.c.x.example", types.DS)).toBe("lower refused");
    expect(routes(zones, "x.example", types.DS)).toBe("elsewhere -");
  });

  it("is not deceived by dots within labels", () => {
    const zones = new RelayedZones("elsewhere", [zone("x.example.", "here")]);
    const [label, rest] = [Buffer.from("\x0ba.x.example"), Buffer.from("\x03com\0\0\x34\0\x01")];
    const odd = Buffer.concat([query("").subarray(0, 12), label, rest]);
    // The label "a.x.example" is one of 11 octets, below com.
    expect(readQuestion(odd)?.name).toBe("a\\.x\\.example.com.");
    const backslash = query("a\\.x.example");
    expect(readQuestion(backslash)?.name).toBe("a\\\\.x.example.");
    expect(zones.route(readQuestion(backslash)).forward).toBe("here");
    const glued = Buffer.concat([query("").subarray(0, 12), Buffer.from("\x03a.x\x07example\0\0\x34\0\x01")]);
    expect(zones.route(readQuestion(glued)).forward).toBe("elsewhere");
  });

  it("takes the first rule that strikes by name and type", () => {
    const zones = new RelayedZones("elsewhere", [
      zone(
        "x.example.",
        "here",
        { does: "drop", name: "mx.x.example.", type: types.A },
        { does: "servfail", type: types.A },
        { does: "refused", name: "b.x.example." },
      ),
    ]);
    expect(routes(zones, "MX.x.example", types.A)).toBe("here drop");
    expect(routes(zones, "a.mx.x.example", types.A)).toBe("here servfail");
    expect(routes(zones, "b.x.example", types.TXT)).toBe("here refused");
    expect(routes(zones, "mx.x.example", types.TXT)).toBe("here -");
  });

  it("counts what a rule has struck, and from nothing once the zone is set again", () => {
    const rules: readonly RelayRule[] = [
      { does: "drop", times: 2 },
      { does: "servfail", times: 1 },
    ];
    const zones = new RelayedZones("elsewhere", [zone("x.example.", "here", ...rules)]);
    const four = () => [1, 2, 3, 4].map(() => routes(zones, "x.example"));
    expect(four()).toEqual(["here drop", "here drop", "here servfail", "here -"]);
    zones.set([zone("x.example.", "there", ...rules)]);
    expect(four()).toEqual(["there drop", "there drop", "there servfail", "there -"]);
  });
});
