import { eximDriver } from "../exim/driver.ts";

export default eximDriver({
  name: "exim-openssl",
  versions: [{ version: "4.98", suite: "trixie" }],
  tls: "OpenSSL",
  // By default the package itself runs, which is built with GnuTLS.
  onRequest: true,
});
