// @ts-check
// The list of runs: keeps rows live, tells of new ones, deletes.
import { call, Problem } from "./api.js";
import { announce, atMostEvery, byId, fetchPage, setText, swap } from "./page.js";
import { follow } from "./socket.js";
import { epochWords, setChip } from "./words.js";

/** @param {string} id */
const row = (id) => document.querySelector(`tr[data-run="${CSS.escape(id)}"]`);

const refresh = atMostEvery(600, async () => {
  const fetched = await fetchPage(location.href);
  for (const fresh of fetched?.querySelectorAll("tr[data-run]") ?? []) {
    const old = row(fresh.getAttribute("data-run") ?? "");
    if (!old) continue;
    const [mine, theirs] = [old, document.importNode(fresh, true)].map((one) => one.querySelector(".pick input"));
    const ticked = mine instanceof HTMLInputElement && mine.checked;
    const taken = /** @type {Element} */ (theirs?.closest("tr") ?? document.importNode(fresh, true));
    swap(old, taken);
    if (theirs instanceof HTMLInputElement) theirs.checked = ticked;
  }
  document.dispatchEvent(new CustomEvent("parts"));
});

follow({
  path: "/api/v1/events",
  after: null,
  onBack: refresh,
  onEvent({ run, seq, type, data }) {
    const known = row(run ?? "");
    if (!known) {
      if (type === "status" && data.status === "queued") byId("fresh").hidden = false;
    } else if (type === "status") {
      setChip(known.querySelector("[data-chip]"), data.status, data.reason);
      refresh();
    } else if (type === "epoch" && seq > Number(known.getAttribute("data-seq"))) {
      const epochs = data.epochs ?? (Number(known.getAttribute("data-epochs")) || undefined);
      setText(known.querySelector("[data-note]"), epochWords(data, epochs));
    }
  },
});

byId("show-fresh").addEventListener("click", () => location.reload());

const question = /** @type {HTMLDialogElement} */ (byId("confirm-delete"));
let chosen = "";
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-delete]") : null;
  if (!button) return;
  chosen = button.getAttribute("data-delete") ?? "";
  setText(byId("confirm-delete-name"), button.getAttribute("data-name") ?? "");
  question.returnValue = "";
  question.showModal();
});
question.addEventListener("close", async () => {
  if (question.returnValue !== "yes") return;
  const gone = row(chosen);
  try {
    await call("DELETE", `/api/v1/runs/${chosen}`);
    const neighbour = gone?.nextElementSibling ?? gone?.previousElementSibling;
    gone?.remove();
    announce("The run is deleted.");
    if (neighbour) neighbour.querySelector("a")?.focus();
    else location.reload();
  } catch (error) {
    announce(error instanceof Problem ? error.detail : String(error));
    toast(error instanceof Problem ? error.detail : String(error));
  }
});

/** @param {string} text */
function toast(text) {
  const note = document.createElement("p");
  note.className = "toast";
  note.textContent = text;
  document.body.append(note);
  setTimeout(() => note.remove(), 6000);
}
