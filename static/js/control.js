// @ts-check
// What can be asked of a run on its page: stop it, pause it, resume it, train it further.
import { call, Problem } from "./api.js";
import { announce, byId, setText } from "./page.js";

/**
 * Make the buttons work, those too that the server writes later.
 * @param {string} runId
 * @param {() => void} refresh takes over what the server writes after a change
 */
export function control(runId, refresh) {
  const question = /** @type {HTMLDialogElement} */ (byId("confirm-stop"));

  /**
   * @param {string} action
   * @param {unknown} [body]
   */
  const ask = (action, body) => call("POST", `/api/v1/runs/${runId}/${action}`, body);

  /**
   * Ask for something; the button is still until the page knows what came of it.
   * @param {Element | null} button
   * @param {string} words
   * @param {string} action
   */
  async function press(button, words, action) {
    button?.setAttribute("disabled", "");
    setText(button?.querySelector("span") ?? null, words);
    try {
      await ask(action);
    } catch (error) {
      announce(error instanceof Problem ? error.detail : String(error));
    }
    refresh();
  }

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button?.id === "stop") {
      question.returnValue = "";
      question.showModal();
    } else if (button?.id === "pause") void press(button, "Pausing…", "pause");
    else if (button?.id === "resume") void press(button, "Resuming…", "resume");
  });

  question.addEventListener("close", () => {
    if (question.returnValue === "yes") void press(document.getElementById("stop"), "Stopping…", "cancel");
  });

  document.addEventListener("submit", async (event) => {
    if (!(event.target instanceof HTMLFormElement) || event.target.id !== "further") return;
    event.preventDefault();
    const field = event.target.querySelector("input");
    const known = Number(field?.dataset.known);
    try {
      await ask("resume", field && Number(field.value) !== known ? { epochs: Number(field.value) } : {});
      location.reload(); // with a connection of its own: the one of the ended run is closed
    } catch (error) {
      const told = error instanceof Problem ? error.detail : String(error);
      setText(byId("further-error"), told);
      field?.setAttribute("aria-invalid", "true");
      field?.focus();
    }
  });
}
