import { describe, expect, it } from "vitest";
import { record } from "../vocabulary.ts";
import { questionsOf } from "./questions.ts";
import { compile, type SetupText } from "./test-domain.ts";

const asked = (text: SetupText): readonly string[] =>
  questionsOf(compile(text)).map(({ name, type }) => `${name.replace(".x.dane.example.", "")} ${type}`);

describe("questions", () => {
  it("are those of a sender", () => {
    expect(asked({})).toEqual(["x.dane.example. MX", "mx A", "mx AAAA", "_25._tcp.mx TLSA"]);
  });

  it("tell of both candidates where the MX host is an alias, and of each link", () => {
    expect(
      asked({
        zone: { records: [record("b", "CNAME", "mx")] },
        mx: { alias: { name: "a", target: "b" } },
      }),
    ).toEqual([
      "x.dane.example. MX",
      "a A",
      "a AAAA",
      "_25._tcp.mx TLSA",
      "_25._tcp.a TLSA",
      "a CNAME",
      "b CNAME",
    ]);
  });

  it("go to the domain that mail is routed to", () => {
    expect(asked({ route: { to: "relay", mx: true } })[0]).toBe("relay MX");
  });

  it("leave out names that cannot exist", () => {
    const long = Array.from({ length: 4 }, () => "a".repeat(57)).join(".");
    expect(asked({ mx: { host: long } }).filter((one) => one.endsWith("TLSA"))).toEqual([]);
  });
});
