import { describe, expect, it } from "vitest";
import { UsageError } from "../words/errors.ts";
import { namesOf } from "./names.ts";
import { domainOf, type SetupText } from "./test-domain.ts";

const names = (text: SetupText) => namesOf(domainOf(text));

describe("zones", () => {
  it("stand where they are delegated from", () => {
    const zones = {
      below: {},
      beside: { under: "tld" },
      deep: { under: "below" },
      cut: { under: "beside", origin: "_tcp.mx" },
    };
    expect(Object.fromEntries(names({ zones }).origins)).toEqual({
      "@": "x.dane.example.",
      below: "below.x.dane.example.",
      beside: "x-beside.dane.example.",
      deep: "deep.below.x.dane.example.",
      cut: "_tcp.mx.x-beside.dane.example.",
    });
  });

  it("hold the names below them, down to the next cut", () => {
    const { zoneOf } = names({ zones: { below: {}, deep: { under: "below" } } });
    expect(zoneOf("mx.x.dane.example.")).toBe("@");
    expect(zoneOf("BELOW.X.dane.example.")).toBe("below");
    expect(zoneOf("mx.deep.below.x.dane.example.")).toBe("deep");
    expect(() => zoneOf("other.example.")).toThrow(UsageError);
  });

  it("that nothing delegates are refused", () => {
    expect(() => domainOf({ zones: { a: { under: "b" } } })).toThrow(/zones\.a\.under/);
    expect(() => domainOf({ zones: { a: { under: "b" }, b: { under: "a" } } })).toThrow(/under/);
  });
});

describe("texts with places", () => {
  it("name hosts, aliases and zones", () => {
    const { absolute, expand } = names({ zones: { dane: { under: "tld" } }, mx: { alias: "a" } });
    expect(absolute("tlsa.{dane}", "@")).toBe("tlsa.x-dane.dane.example.");
    expect(expand("{mx} {alias} {domain}")).toBe("mx.x.dane.example a.x.dane.example x.dane.example");
    expect(() => expand("{nowhere}")).toThrow(/unknown place \{nowhere\}/);
  });

  it("may be the recipient's domain", () => {
    const { recipient, expand } = names({ recipient: "next.{old}", zones: { old: { under: "tld" } } });
    expect(recipient).toBe("next.x-old.dane.example.");
    expect(expand("{recipient}")).toBe("next.x-old.dane.example");
  });
});
