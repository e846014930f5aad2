// @ts-check
// The page of a dataset of one's own: removing it, once that is confirmed.
import { call, Problem } from "./api.js";
import { byId, dataOf, setText } from "./page.js";

const data = dataOf("dataset-data");
const button = document.getElementById("remove");
const question = /** @type {HTMLDialogElement | null} */ (document.getElementById("confirm-remove"));

button?.addEventListener("click", () => {
  setText(byId("remove-error"), "");
  question?.showModal();
});

question?.addEventListener("submit", async (event) => {
  if (!(event instanceof SubmitEvent) || event.submitter?.getAttribute("value") !== "yes") return;
  event.preventDefault(); // it stays open until the server has said yes
  try {
    await call("DELETE", data.api);
    location.assign("/datasets");
  } catch (error) {
    setText(byId("remove-error"), error instanceof Problem ? error.detail : String(error));
  }
});
