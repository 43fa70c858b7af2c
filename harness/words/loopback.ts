/**
 * Where the harness's own client of a real server comes from. The server's log knows a client by address and port, and the system
 * gives one port to several connections at once, where they go to different servers: so the address is another for each.
 */
export function harnessClient(port: number): string {
  return `127.2.${port >> 8}.${port & 255}`;
}
