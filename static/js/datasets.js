// @ts-check
// Uploading a dataset: what is chosen or dropped is sent, with its progress, and the sentence that the server answers.
import { announce, byId, dataOf, setText } from "./page.js";
import { size } from "./words.js";

const data = dataOf("datasets-data");
const form = /** @type {HTMLFormElement} */ (byId("upload"));
const field = /** @type {HTMLInputElement} */ (byId("file"));
const drop = byId("drop");
const sent = /** @type {HTMLProgressElement} */ (byId("sent"));
const send = /** @type {HTMLButtonElement} */ (byId("send"));
const stop = byId("stop-sending");

/** @param {string} text */
function complain(text) {
  const error = byId("file-error");
  error.hidden = text === "";
  setText(error, text);
  if (text) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

/** @param {boolean} under */
function underWay(under) {
  byId("sending").hidden = !under;
  stop.hidden = !under;
  send.disabled = under;
  setText(send.querySelector("span"), under ? "Uploading…" : "Upload");
}

/** @param {File} file */
function objection(file) {
  if (!data.endings.some((/** @type {string} */ ending) => file.name.toLowerCase().endsWith(ending))) {
    return `The file is called ${file.name}. Choose a table in a .csv or pictures in an .npz.`;
  }
  if (file.size > data.largest) return `The file has ${size(file.size)}; at most ${size(data.largest)} are kept. Choose a smaller one.`;
  return "";
}

/** @param {File} file */
function upload(file) {
  const told = objection(file);
  complain(told);
  if (told) return;
  const request = new XMLHttpRequest(); // fetch tells nothing of how much is sent
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    sent.value = event.total ? event.loaded / event.total : 0;
    const done = event.loaded >= event.total;
    setText(byId("sent-words"), done ? "Sent; the server is checking it…" : `${size(event.loaded)} of ${size(event.total)}`);
  });
  const fail = (/** @type {string} */ words) => {
    underWay(false);
    complain(words);
    byId("file-error").focus();
  };
  request.addEventListener("load", () => {
    if (request.status === 201) {
      announce("The dataset is kept.");
      location.assign(`/datasets/${encodeURIComponent(request.response.name)}`);
    } else fail(request.response?.detail ?? `The server answered ${request.status}.`);
  });
  request.addEventListener("error", () => fail("The upload was cut off. See that Fitboard still runs, then try again."));
  request.addEventListener("abort", () => fail("The upload was stopped. Nothing was kept."));
  stop.onclick = () => request.abort();
  const body = new FormData();
  body.append("file", file);
  sent.value = 0;
  underWay(true);
  request.open("POST", "/api/v1/datasets");
  request.send(body);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const file = field.files?.[0];
  if (file) upload(file);
});
field.addEventListener("change", () => complain(field.files?.[0] ? objection(field.files[0]) : ""));

for (const name of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
    const files = event instanceof DragEvent && name === "drop" ? event.dataTransfer?.files : null;
    if (!files?.[0] || send.disabled) return;
    field.files = files;
    upload(files[0]);
  });
}
