import { expect, test } from "vitest";
import { call } from "./test-cli.ts";

test("explain tells what the client does to a server, and what is permitted", async () => {
  const { status, out } = await call("explain", "pub-cmd-injection");
  expect(status).toBe(0);
  for (const said of ["RFC 3207 4.2", "a command behind STARTTLS, in clear", "must: declined", "server real"])
    expect(out).toContain(said);
});

test("run says which command it belongs to", async () => {
  const { status, err } = await call("run", "pub-cmd-injection");
  expect(status).toBe(2);
  expect(err).toContain("danelab receivers pub-cmd-injection");
});
