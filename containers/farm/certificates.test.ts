import { describe, expect, it } from "vitest";
import { certificateFor, credentialsOf } from "./certificates.ts";
import { genuineCertificate, otherCertificate } from "./fixtures.ts";
import { hostAt } from "./test-farm.ts";

const versions = { minVersion: "TLSv1.2", maxVersion: "TLSv1.3" } as const;

describe("certificateFor", () => {
  const host = hostAt("127.0.0.2", { sni: { "other.example": otherCertificate } });

  it.each(["other.example", "OTHER.example", "other.example."])("%s has its own", (name) => {
    expect(certificateFor(host, name)).toBe(otherCertificate);
  });

  it.each([null, "", "mx.domain.example", "constructor"])("%s gets the default", (name) => {
    expect(certificateFor(host, name)).toBe(genuineCertificate);
  });
});

describe("credentialsOf", () => {
  it("makes a context once for each certificate and range of versions", () => {
    const first = credentialsOf(genuineCertificate, versions);
    expect(credentialsOf(genuineCertificate, versions)).toBe(first);
    expect(credentialsOf(genuineCertificate, { ...versions, maxVersion: "TLSv1.2" })).not.toBe(first);
    expect(credentialsOf(otherCertificate, versions).fingerprint).not.toBe(first.fingerprint);
    expect(first.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it("says what is wrong with what it cannot read", () => {
    expect(() => credentialsOf({ chain: "not PEM", key: genuineCertificate.key }, versions)).toThrow(/PEM/);
  });
});
