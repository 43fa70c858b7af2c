/** RFC 5321 section 4.1.1: the paths of an envelope, from the commands that name them. */

export function mailFromOf(command: string): string | undefined {
  return /^MAIL FROM:\s*<([^>]*)>/i.exec(command)?.[1];
}

export function rcptToOf(command: string): string | undefined {
  return /^RCPT TO:\s*<([^>]*)>/i.exec(command)?.[1];
}
