import { expect, test } from "vitest";
import type { ResolverAnswer } from "../model/evidence.ts";
import { type GuideDomain, type GuideFacts, guideCommands, guideText } from "./guide.ts";

const digest = "ab".repeat(32);

function tlsa(name: string, records: readonly string[], rest: Partial<ResolverAnswer> = {}): ResolverAnswer {
  return {
    name,
    type: "TLSA",
    rcode: "NOERROR",
    authenticated: true,
    answers: records.map((data) => `${name} 60 IN TLSA ${data}`),
    error: null,
    expected: { status: "secure", empty: false },
    ...rest,
  };
}

const host = {
  name: "mx.x.dane.example",
  addresses: ["198.18.20.1", "2001:db8::1"],
  port: 25,
  attacker: null,
  hostile: false,
} as const;

function domain(rest: Partial<GuideDomain> = {}): GuideDomain {
  return {
    policy: "dane",
    recipient: "x.dane.example",
    sender: "dane.sender.example",
    containers: { sender: "lab-sender", witness: "lab-witness" },
    nameServers: ["127.0.0.1"],
    address: { ipv4: "198.18.16.16", ipv6: "2001:db8::10" },
    hosts: [host],
    answers: [tlsa("_25._tcp.mx.x.dane.example.", [`3 1 1 ${digest}`])],
    ...rest,
  };
}

function facts(...domains: readonly GuideDomain[]): GuideFacts {
  return {
    scenario: { id: "x", title: "A title" },
    farm: { container: "lab-farm", ipv4: "198.18.16.2" },
    domains,
  };
}

function lines(of: GuideFacts, start: string): readonly string[] {
  return guideCommands(of)
    .map(({ line }) => line)
    .filter((line) => line.includes(start));
}

test("the server is checked against the records that count in SMTP and were validated", () => {
  const answers = [
    tlsa("_25._tcp.mx.x.dane.example.", [
      `3 1 1 ${digest}`,
      `2 0 1 ${digest}`,
      `1 1 1 ${digest}`,
      "3 9 1 ab",
    ]),
  ];
  expect(lines(facts(domain({ answers })), "openssl")).toEqual([
    `docker exec lab-witness openssl s_client -brief -starttls smtp -connect 198.18.20.1:25 -servername mx.x.dane.example -dane_tlsa_domain mx.x.dane.example -dane_tlsa_rrdata '3 1 1 ${digest}' -dane_tlsa_rrdata '2 0 1 ${digest}' -dane_ee_no_namechecks -verify_return_error`,
  ]);
});

test("without records that may be used, nothing is checked", () => {
  const bare =
    "docker exec lab-witness openssl s_client -brief -starttls smtp -connect 198.18.20.1:25 -servername mx.x.dane.example";
  for (const answers of [
    [tlsa("_25._tcp.mx.x.dane.example.", [`3 1 1 ${digest}`], { authenticated: false })],
    [tlsa("_25._tcp.mx.x.dane.example.", [])],
    [tlsa("_26._tcp.mx.x.dane.example.", [`3 1 1 ${digest}`])],
  ])
    expect(lines(facts(domain({ answers })), "openssl")).toEqual([bare]);
});

test("a host's records are its own or its alias's, never another host's", () => {
  const second = { ...host, name: "mx2.x.dane.example", addresses: ["2001:db8::2"], port: 25 };
  const answers = [
    tlsa("_25._tcp.mx.x.dane.example.", [`3 1 1 ${digest}`]),
    tlsa("_25._tcp.alias.x.dane.example.", [`2 1 1 ${digest}`]),
  ];
  const [first, other] = lines(facts(domain({ answers, hosts: [host, second] })), "openssl");
  expect(first).toContain(`-dane_tlsa_domain mx.x.dane.example -dane_tlsa_rrdata '3 1 1 ${digest}' -dane_ee`);
  expect(other).toContain("-connect [2001:db8::2]:25 -servername mx2.x.dane.example");
  expect(other).toContain(
    `-dane_tlsa_domain alias.x.dane.example -dane_tlsa_rrdata '2 1 1 ${digest}' -dane_ee`,
  );
});

test("a message for each policy; log, queue and retry once for each sender", () => {
  const two = facts(
    domain(),
    domain({ policy: "may", recipient: "x.may.example", sender: "may.sender.example" }),
  );
  expect(lines(two, "sendmail -f")).toEqual([
    "printf 'Subject: by hand\\n\\nPolicy dane.\\n' | docker exec -i lab-sender sendmail -f me@dane.sender.example u@x.dane.example",
    "printf 'Subject: by hand\\n\\nPolicy may.\\n' | docker exec -i lab-sender sendmail -f me@may.sender.example u@x.may.example",
  ]);
  expect(lines(two, "docker logs")).toEqual(["docker logs --tail 20 lab-sender"]);
  expect(lines(two, "mailq")).toHaveLength(1);
});

test("questions are asked for the domain where DANE is in use", () => {
  const control = domain({ policy: "may", answers: [tlsa("_25._tcp.mx.x.may.example.", [])] });
  expect(lines(facts(control, domain()), " dig ")).toEqual([
    "docker exec lab-witness dig _25._tcp.mx.x.dane.example. TLSA",
  ]);
});

test("a recipient that a shell would take apart is quoted", () => {
  expect(lines(facts(domain({ recipient: "a$b.example" })), "sendmail -f")[0]).toMatch(/ 'u@a\$b\.example'$/);
});

test("the text names everyone and has every command once", () => {
  const attacked = { ...host, port: 2525, attacker: { does: "strip-starttls" } } as const;
  const of = facts(domain({ hosts: [attacked] }));
  const text = guideText(of);
  expect(text).toContain("The lab of x is up: A title\n");
  expect(text).toMatch(/sender +lab-sender {2}198\.18\.16\.16, 2001:db8::10\n/);
  expect(text).toMatch(/dane +u@x\.dane\.example\n/);
  expect(text).toMatch(
    /MX host mx\.x\.dane\.example {2}198\.18\.20\.1, 2001:db8::1, port 2525 {2}an attacker/,
  );
  for (const { line } of guideCommands(of)) expect(text.split(`\n  ${line}\n`)).toHaveLength(2);
  expect(text).toContain("danelab down x ends it.");
});
