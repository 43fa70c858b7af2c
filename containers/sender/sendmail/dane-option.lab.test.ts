import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { startTools } from "../../../harness/dns/test-tools.ts";
import { configuration } from "./configuration.ts";
import driver from "./driver.ts";

/** Sendmail without DANE is not one whose DANE was forgotten to be switched on: it refuses the option. */
it.each(driver.versions)("$version takes the option DANE if it was built with it", async (built) => {
  const tools = await startTools({
    name: "sender-sendmail",
    folder: fileURLToPath(new URL(".", import.meta.url)),
    suite: built.suite,
  });
  const facts = {
    senderName: "sender.example",
    rootHints: "",
    trustAnchor: "",
    trustAnchorDs: "",
    trustStore: "",
    routes: [],
  };
  try {
    await tools.copy([{ path: "/etc/mail/danelab.mc", content: configuration(facts) }]);
    // Without a name of its own that has a dot it would wait for one.
    const said = await tools.run(`echo "127.0.0.1 $(hostname).example $(hostname)" > /etc/hosts
      m4 -DBUILT_WITH_DANE /etc/mail/danelab.mc > /etc/mail/sendmail.cf
      sendmail -bt </dev/null; echo "exit status $?"
      if grep -qw DANE /etc/danelab-package; then echo built with DANE; fi`);
    const dane = built.dane ?? driver.dane;
    expect(said.includes("readcf: unknown option name DANE")).toBe(!dane);
    expect(said).toContain(`exit status ${dane ? 0 : 70}`);
    expect(said.includes("built with DANE")).toBe(dane);
  } finally {
    await tools.close();
  }
});
