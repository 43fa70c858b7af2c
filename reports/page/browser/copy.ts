/** A button beside a command copies it. */
export function offerCopies(page: HTMLElement): void {
  page.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("button.copy") : null;
    const command = button?.previousElementSibling?.textContent;
    if (!button || !command) return;
    const say = (text: string) => () => {
      button.textContent = text;
    };
    navigator.clipboard.writeText(command).then(say("Copied"), say("Select it and copy"));
  });
}
