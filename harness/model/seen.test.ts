import { expect, test } from "vitest";
import { comparableText } from "./seen.ts";

test.for<[text: string, comparable: string]>([
  [
    "lost connection with mx.a.dane-only-2.example[198.18.39.227] while sending",
    "lost connection with mx.a.example[address] while sending",
  ],
  [
    "connect to mx.a.may.example[2001:db8:101::a:7e3]:25: refused",
    "connect to mx.a.example[address]:25: refused",
  ],
  ["its control (atk-x/postfix@3.10+bind@9.20/may): nothing", "its control (atk-x/may): nothing"],
  ["<u371@a.dane-twin.example>: canary-13e3a7-371", "<u@a.example>: canary"],
  ["closed after 12.5 s; 4.7.5, 500 5.5.2 No TLS", "closed after some time; 4.7.5, 500 5.5.2 No TLS"],
  ["a dane-only sender, RFC 7672 2.2", "a dane-only sender, RFC 7672 2.2"],
])("%s", ([text, comparable]) => {
  expect(comparableText(text)).toBe(comparable);
});
