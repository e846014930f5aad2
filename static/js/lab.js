// @ts-check
// The augmentation lab: what is set goes into the address and to the worker, what comes back is drawn.
import { call, Problem } from "./api.js";
import { latest } from "./latest.js";
import { announce, byId, dataOf, make, setText } from "./page.js";

/** @typedef {Record<string, unknown>} Params */
/** @typedef {{ dataset: string, original: string[], images: string[], notes: string[] }} Preview */

const RETRY = 3000;
const data = dataOf("lab-data");
const form = /** @type {HTMLFormElement} */ (byId("lab"));
const names = Object.keys(data.defaults);

/** @param {string} id */
const input = (id) => /** @type {HTMLInputElement | HTMLSelectElement} */ (byId(id));

/** @param {string} id */
const whole = (id) => (/^\d{1,10}$/.test(input(id).value.trim()) ? Number(input(id).value) : null);

/** @returns {Params} what differs from the defaults */
function params() {
  /** @type {Params} */
  const found = {};
  for (const name of names) {
    const control = input(name);
    /** @type {unknown} */
    let value = control.value;
    if (control.dataset.pair) {
      const pair = [Number(control.value), Number(input(`${name}-upper`).value)];
      value = pair[0] === 1 && pair[1] === 1 ? null : pair;
    } else if (control instanceof HTMLInputElement) {
      value = control.type === "checkbox" ? control.checked : Number(control.value);
    }
    if (value !== data.defaults[name]) found[name] = value;
  }
  return found;
}

function question() {
  const size = Number(input("size").value);
  const index = whole("index");
  const asked = { dataset: input("dataset").value, params: params(), seed: whole("seed") ?? 7, rows: size, columns: size };
  return index === null ? asked : { ...asked, index };
}

/** @param {ReturnType<typeof question>} asked */
function address(asked) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked.params)) query.set(name, String(value));
  const train = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...data.defaults, ...asked.params })) {
    if (value !== null) train.set(name, String(value));
  }
  train.set("dataset", asked.dataset);
  train.set("seed", String(asked.seed));
  byId("train").setAttribute("href", `/lessons/augmentation?${train}`);
  query.set("dataset", asked.dataset);
  if (asked.rows !== 3) query.set("size", String(asked.rows));
  if (asked.seed !== 7) query.set("seed", String(asked.seed));
  if ("index" in asked) query.set("index", String(asked.index));
  history.replaceState(null, "", `?${query}`);
}

function tellValues() {
  for (const output of form.querySelectorAll("output")) {
    const [first, second] = output.htmlFor;
    const unit = first === "rotation_range" || first === "shear_range" ? "°" : "";
    const share = unit ? input(first).value + unit : `${Math.round(Number(input(first).value) * 100)} %`;
    const [low, high] = [input(first).value, second && input(second).value];
    setText(output, second ? (low === "1" && high === "1" ? "as it is" : `${low} to ${high}`) : share);
  }
}

/**
 * @param {HTMLElement} grid
 * @param {string[]} images
 * @param {number} columns
 * @param {string} words
 */
function draw(grid, images, columns, words) {
  grid.className = `lab-grid cols-${columns}`;
  while (grid.children.length > images.length) grid.lastElementChild?.remove();
  images.forEach((image, index) => {
    const node = grid.children[index] ?? grid.appendChild(make("img", { alt: `${words} ${index + 1}`, draggable: "false" }));
    node.setAttribute("src", `data:image/png;base64,${image}`);
  });
}

let retry = 0;

const show = latest(
  (/** @type {ReturnType<typeof question>} */ asked, signal) =>
    /** @type {Promise<Preview>} */ (call("POST", "/api/v1/previews/augmentation", asked, { signal })),
  (preview, asked, milliseconds) => {
    byId("trouble").hidden = true;
    byId("after").classList.remove("stale");
    draw(byId("before"), preview.original, preview.original.length === 1 ? 1 : asked.columns, "Original");
    draw(byId("after"), preview.images, asked.columns, "Augmented");
    setText(byId("took"), `${Math.round(milliseconds)} ms`);
    byId("notes").replaceChildren(...preview.notes.map((note) => make("li", {}, note)));
  },
  (error) => {
    const box = byId("trouble");
    const problem = error instanceof Problem ? error : new Problem(0, "Something went wrong", String(error));
    const later = problem.status === 503 || problem.status === 0;
    box.classList.toggle("bad", !later);
    box.replaceChildren(make("strong", {}, problem.title), make("span", {}, problem.detail));
    box.hidden = false;
    window.clearTimeout(retry);
    if (later) retry = window.setTimeout(refresh, RETRY);
  },
);

function refresh() {
  window.clearTimeout(retry);
  tellValues();
  const asked = question();
  address(asked);
  byId("after").classList.add("stale"); // fades only where the answer takes long
  show(asked);
}

/** Keep a range's lower end below its upper one: the one that moves takes the other along. */
function keepOrder(/** @type {EventTarget | null} */ moved) {
  if (!(moved instanceof HTMLInputElement) || !moved.dataset.pair) return;
  const [low, high] = [input(moved.dataset.pair), input(`${moved.dataset.pair}-upper`)];
  if (Number(low.value) <= Number(high.value)) return;
  if (moved === low) high.value = low.value;
  else low.value = high.value;
}

form.addEventListener("input", (event) => {
  keepOrder(event.target);
  refresh();
});
form.addEventListener("submit", (event) => event.preventDefault());

byId("again").addEventListener("click", () => {
  input("seed").value = String(Math.floor(Math.random() * 1_000_000));
  announce(`Seed ${input("seed").value}`);
  refresh();
});

form.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-start]") : null;
  if (!button) return;
  const values = { ...data.defaults, ...data.starts[button.getAttribute("data-start") ?? ""] };
  for (const name of names) {
    const control = input(name);
    if (control.dataset.pair) control.value = input(`${name}-upper`).value = "1";
    else if (control instanceof HTMLInputElement && control.type === "checkbox") control.checked = values[name];
    else control.value = String(values[name]);
  }
  refresh();
});

refresh();
