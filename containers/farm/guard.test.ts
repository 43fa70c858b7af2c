import { describe, expect, it } from "vitest";
import { filterFor, packetOf } from "./guard.ts";

describe("filterFor", () => {
  it("sorts networks by family", () => {
    const filter = filterFor(["198.18.0.0/20", "2001:db8::/32"]);
    const [v4 = "", v6 = ""] = filter.split(") or (");
    expect(v4).toContain("dst net 198.18.0.0/20");
    expect(v4).toContain("dst net 127.0.0.0/8");
    expect(v4).not.toContain(":");
    expect(v6).toContain("dst net 2001:db8::/32");
    expect(v6).toContain("dst net ff00::/8");
    expect(v6).not.toContain("198.18");
  });
});

describe("packetOf", () => {
  it("takes the time off tcpdump's line", () => {
    expect(packetOf("1732437296.123456 eth0  Out IP 198.18.0.9.42 > 192.0.2.1.9: UDP, length 5")).toEqual({
      at: 1732437296123,
      line: "eth0  Out IP 198.18.0.9.42 > 192.0.2.1.9: UDP, length 5",
    });
  });

  it("keeps a line of another form", () => {
    expect(packetOf("\t0x0000: 4500").line).toBe("\t0x0000: 4500");
  });
});
