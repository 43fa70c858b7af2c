import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Engine, ImageInfo } from "./engine.ts";
import { fakeEngine } from "./engine-fake.ts";
import { prepareImages } from "./images.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "danelab-images-test-"));
  await writeFile(join(folder, "Dockerfile"), "ARG BASE\nFROM $BASE\nCOPY extra-ca.pem ./\n");
  await writeFile(join(folder, "driver.ts"), "export default {};\n");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Builds the image where it is not there yet; the files that the build saw. */
async function build(built: Map<string, ImageInfo>): Promise<Readonly<Record<string, string>>> {
  const seen: Record<string, string> = {};
  const engine: Engine = {
    ...fakeEngine(),
    inspectImage: async (reference) =>
      reference.startsWith("danelab/base") ? { id: reference, labels: {} } : built.get(reference),
    buildImage: async ({ folder: context, files, tag, labels }) => {
      for (const file of files) seen[file] = await readFile(join(context, file), "utf8");
      built.set(tag, { id: tag, labels });
    },
  };
  await prepareImages(engine, [{ name: "sender-x", folder, suite: "trixie" }], () => undefined);
  return seen;
}

test("a build sees the folder's files but TypeScript, and the CA certificates that this machine is told to trust", async () => {
  const trusted = join(folder, "trusted.ts");
  await writeFile(trusted, "-----BEGIN CERTIFICATE-----\n");
  vi.stubEnv("NODE_EXTRA_CA_CERTS", trusted);
  const built = new Map<string, ImageInfo>();
  expect(await build(built)).toEqual({
    Dockerfile: "ARG BASE\nFROM $BASE\nCOPY extra-ca.pem ./\n",
    "extra-ca.pem": "-----BEGIN CERTIFICATE-----\n",
  });
  // They are no part of what the image is made from: elsewhere it is the same one.
  vi.stubEnv("NODE_EXTRA_CA_CERTS", "");
  expect(await build(built)).toEqual({});
  await writeFile(join(folder, "Dockerfile"), "ARG BASE\nFROM $BASE\n");
  expect(await build(built)).toEqual({ Dockerfile: "ARG BASE\nFROM $BASE\n", "extra-ca.pem": "" });
});

test("without NODE_EXTRA_CA_CERTS, those that npm is told to trust", async () => {
  const trusted = join(folder, "trusted.ts");
  await writeFile(trusted, "-----BEGIN CERTIFICATE-----\n");
  vi.stubEnv("NODE_EXTRA_CA_CERTS", undefined);
  vi.stubEnv("npm_config_cafile", trusted);
  expect(await build(new Map())).toMatchObject({ "extra-ca.pem": "-----BEGIN CERTIFICATE-----\n" });
  vi.stubEnv("PATH", "");
  expect(await build(new Map())).toMatchObject({ "extra-ca.pem": "" });
});
