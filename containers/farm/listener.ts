import { createServer, type Server, type Socket } from "node:net";
import type { FarmHost } from "../../harness/model/farm.ts";
import { normaliseAddress } from "./addresses.ts";
import { openSession, type SessionReports } from "./sessions.ts";

/**
 * All MX hosts behind one dual-stack listener for each port: the address that a client connected to tells which host it
 * wants. A host costs nothing until it is connected to.
 */
export class MxListener {
  readonly #reports: SessionReports;
  readonly #hosts = new Map<string, FarmHost>();
  /** Sessions that each host had, over all its addresses, also where it is served anew. */
  readonly #sessions = new Map<string, number>();
  readonly #clients = new Set<Socket>();
  readonly #servers = new Map<number, Server>();

  constructor(reports: SessionReports) {
    this.#reports = reports;
  }

  addHosts(hosts: readonly FarmHost[]): void {
    for (const host of hosts) {
      for (const address of host.addresses) this.#hosts.set(normaliseAddress(address), host);
    }
  }

  /**
   * Resolves once it listens at what is `port` to the hosts, and `actual` to the system; 0: any free port. Value: that
   * port. A second call changes nothing.
   */
  async listen(port: number, actual = port): Promise<number> {
    const known = this.#servers.get(port);
    const server = known ?? createServer((client) => this.#accept(client, port));
    this.#servers.set(port, server);
    if (!known) {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen({ port: actual, host: "::", ipv6Only: false, backlog: 1024 }, () => {
          server.off("error", reject).on("error", (error) => this.#reports.fault(error.message));
          resolve();
        });
      });
    }
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : actual;
  }

  close(): void {
    for (const server of this.#servers.values()) server.close();
    for (const client of this.#clients) client.destroy();
  }

  #accept(client: Socket, port: number): void {
    const localAddress = normaliseAddress(client.localAddress ?? "");
    const remoteAddress = normaliseAddress(client.remoteAddress ?? "");
    const host = this.#hosts.get(localAddress);
    if (host === undefined) {
      this.#reports.fault(`${remoteAddress} connected to ${localAddress}, where no MX host was set up`);
      client.destroy();
      return;
    }
    // The socket that listens for others would not be there for this host.
    if (host.port !== port) {
      client.resetAndDestroy();
      return;
    }
    this.#clients.add(client);
    client.once("close", () => this.#clients.delete(client));
    const key = `${host.domain} ${host.name}`;
    const number = this.#sessions.get(key) ?? 0;
    this.#sessions.set(key, number + 1);
    openSession(client, host, { localAddress, remoteAddress, number }, this.#reports);
  }
}
