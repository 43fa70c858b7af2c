import { createServer, type Server, type Socket } from "node:net";
import type { FarmHost } from "../../harness/model/farm.ts";
import { normaliseAddress } from "./addresses.ts";
import { openSession, type SessionReports } from "./sessions.ts";

/**
 * All MX hosts behind one dual-stack listener: the address that a client connected to tells which host it wants.
 * A host costs nothing until it is connected to.
 */
export class MxListener {
  readonly #reports: SessionReports;
  readonly #hosts = new Map<string, FarmHost>();
  readonly #clients = new Set<Socket>();
  readonly #server: Server;

  constructor(reports: SessionReports) {
    this.#reports = reports;
    this.#server = createServer((client) => this.#accept(client));
  }

  addHosts(hosts: readonly FarmHost[]): void {
    for (const host of hosts) {
      for (const address of host.addresses) this.#hosts.set(normaliseAddress(address), host);
    }
  }

  /** Resolves once it listens; 0: any free port. Value: the port. A second call changes nothing. */
  async listen(port: number): Promise<number> {
    if (!this.#server.listening) {
      await new Promise<void>((resolve, reject) => {
        this.#server.once("error", reject);
        this.#server.listen({ port, host: "::", ipv6Only: false, backlog: 1024 }, () => {
          this.#server.off("error", reject).on("error", (error) => this.#reports.fault(error.message));
          resolve();
        });
      });
    }
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : port;
  }

  close(): void {
    this.#server.close();
    for (const client of this.#clients) client.destroy();
  }

  #accept(client: Socket): void {
    const localAddress = normaliseAddress(client.localAddress ?? "");
    const remoteAddress = normaliseAddress(client.remoteAddress ?? "");
    const host = this.#hosts.get(localAddress);
    if (host === undefined) {
      this.#reports.fault(`${remoteAddress} connected to ${localAddress}, where no MX host was set up`);
      client.destroy();
      return;
    }
    this.#clients.add(client);
    client.once("close", () => this.#clients.delete(client));
    openSession(client, host, { localAddress, remoteAddress }, this.#reports);
  }
}
