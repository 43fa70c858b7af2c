import { expect, test, vi } from "vitest";
import { sample } from "../../reports/sample.ts";
import { screenOf } from "./screen.ts";
import { type Verbosity, verdictTeller } from "./verbosity.ts";

const { trials } = sample().results;
const plain = { columns: 100, colour: false };

function told(detail: Verbosity, fallen = trials): readonly string[] {
  const lines: string[] = [];
  const tell = verdictTeller(detail, (line) => lines.push(line), plain);
  for (const trial of fallen) tell(trial);
  return lines;
}

test("usual: what is unexpected, as it falls; verbose: everything; quiet: nothing", () => {
  const usual = told("usual");
  expect(usual).toHaveLength(9);
  expect(usual[0]).toMatch(/^△ warn +combo-312-match\/.*: encrypted where the RFC/);
  expect(told("verbose")).toHaveLength(trials.length);
  expect(told("quiet")).toEqual([]);
});

test("a thousand errors alike do not flood the terminal", () => {
  const errors = trials.map((trial) => ({ ...trial, verdict: "error" as const }));
  const lines = told("usual", errors);
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toBe('further verdicts "error" are told at the end');
});

test("a pipe gets plain text of 100 columns; a terminal its width, and colour unless NO_COLOR says otherwise", () => {
  vi.stubEnv("NO_COLOR", "");
  expect(screenOf({})).toEqual({ columns: 100, colour: false });
  expect(screenOf({ isTTY: true, columns: 72 })).toEqual({ columns: 72, colour: true });
  expect(screenOf({ isTTY: true, columns: 10 })).toEqual({ columns: 40, colour: true });
  vi.stubEnv("NO_COLOR", "1");
  expect(screenOf({ isTTY: true, columns: 72 })).toEqual({ columns: 72, colour: false });
  vi.unstubAllEnvs();
});
