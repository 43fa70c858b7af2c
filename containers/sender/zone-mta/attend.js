// A plugin for ZoneMTA: sends some mail by routes instead of MX records, says of each session whether it is by TLS, which
// ZoneMTA's log does not tell, tries messages again when it is asked to, and lists what is queued. It says of a session:
//   info danelab ID.SEQ SESSION relay=host[address] tls=trusted|untrusted|none
const { Resolver } = require("node:dns");
const fs = require("node:fs");

const { senderName, routes } = JSON.parse(fs.readFileSync("/etc/zone-mta/attend.json", "utf8"));
const routeOf = new Map(routes.map((route) => [route.recipient, route]));

exports.title = "danelab";

exports.init = (app, done) => {
  app.addHook("sender:fetch", (delivery, next) => {
    const route = routeOf.get(delivery.domain.toLowerCase());
    if (route)
      Object.assign(delivery, { mxPort: route.port }, route.mx ? { domain: route.to } : { mx: [route.to] });
    // Where one answer cannot be parsed, or one port is closed, c-ares drops all questions that a resolver has under way, and
    // ZoneMTA has a single one: here each attempt has its own, so that no message is in the way of another.
    const resolver = new Resolver({ timeout: 25_000, tries: 1 });
    delivery.dnsOptions.resolve = resolver.resolve.bind(resolver);
    next();
  });

  // An MX record of "." leads to this host itself.
  app.addHook("smtp:mail_from", (_address, { hostNameAppearsAs }, next) => {
    if (hostNameAppearsAs !== senderName) return next();
    next(Object.assign(new Error("mail loops back to me"), { responseCode: 550 }));
  });

  app.addHook("sender:connected", ({ id, seq }, { _socket: socket }, { servername, host }, secure, next) => {
    const tls = secure ? (socket.authorized ? "trusted" : "untrusted") : "none";
    app.logger.info("danelab", "%s.%s SESSION relay=%s[%s] tls=%s", id, seq, servername, host, tls);
    next();
  });

  if (app.manager.context === "main") {
    const {
      queue,
      apiServer: { server },
    } = app.manager;
    server.get("/again/:id", (request, response, next) => {
      // It remembers for two minutes which servers could not be reached, and for seconds that nothing was due.
      queue.cache.flush();
      queue.update(request.params.id, null, { $set: { queued: new Date() } }, (error, count) => {
        response.send(error ? 500 : 200, error ? error.message : count);
        next();
      });
    });
    server.get("/queued", (_request, response, next) => {
      queue.mongodb
        .collection("zone-queue")
        .find({})
        .toArray((error, deliveries) => {
          response.send(error ? 500 : 200, error ? error.message : deliveries.map(({ id }) => id));
          next();
        });
    });
  }
  done();
};
