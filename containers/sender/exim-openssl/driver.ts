import { eximDriver } from "../exim/driver.ts";

export default eximDriver({
  name: "exim-openssl",
  versions: [{ version: "4.98", suite: "trixie" }],
  tls: "OpenSSL",
});
