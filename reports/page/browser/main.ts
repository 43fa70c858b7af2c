import { start } from "./start.ts";

start().catch((error: unknown) => {
  const told = document.createElement("p");
  told.className = "bound note bad";
  told.textContent = `This page could not be set up: ${error instanceof Error ? error.message : String(error)}`;
  document.querySelector("main")?.prepend(told);
  throw error;
});
