/** Whether the run that these labels name is still somebody's: its process lives, or it was told to stay. */
export function stillLives(labels: Readonly<Record<string, string>>): boolean {
  if (labels["danelab.keep"] === "yes") return true;
  const pid = Number(labels["danelab.pid"]);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
