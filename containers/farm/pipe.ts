import { connect } from "node:net";
import { createInterface } from "node:readline";

/** Standard input and output as a TCP connection to a server of the lab: lines of Base64 both ways. Ends when either side does. */
export function pipe(address: string, port: number): void {
  const socket = connect({ host: address, port, noDelay: true });
  createInterface({ input: process.stdin })
    .on("line", (line) => socket.write(Buffer.from(line, "base64")))
    .on("close", () => socket.end());
  socket.on("data", (chunk: Buffer) => process.stdout.write(`${chunk.toString("base64")}\n`));
  socket.on("error", (error) => console.error(error.message));
  socket.on("close", () => process.stdout.end(() => process.exit(0)));
}
