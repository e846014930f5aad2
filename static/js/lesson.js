// @ts-check
// A lesson's page: the form, the code that follows it, and Train.
import { call, Problem } from "./api.js";
import { control, NUMBER, textOf, valueOf, write } from "./fields.js";
import { showPython } from "./highlight.js";
import { byId, dataOf, setText } from "./page.js";
import { Several } from "./several.js";
import { command, curl, python } from "./snippets.js";
import { duration } from "./words.js";

/** @typedef {import("./fields.js").Field} Field */

const data = dataOf("lesson-data");
/** @type {Field[]} */
const fields = data.fields;
const form = /** @type {HTMLFormElement} */ (byId("train"));
const button = /** @type {HTMLButtonElement} */ (byId("train-button"));
const DEBOUNCE = 250;
const several = new Several(fields, onChange);

const params = () => Object.fromEntries(fields.map((field) => [field.name, several.first(field)]));

/** The parameters that differ from their defaults, without those of which several are tried. */
function changes() {
  const one = fields.filter((field) => !several.tries(field));
  const now = one.map((field) => /** @type {const} */ ([field, valueOf(field)]));
  const other = now.filter(([field, value]) => JSON.stringify(value) !== JSON.stringify(field.default));
  return Object.fromEntries(other.map(([field, value]) => [field.name, value]));
}

// --- errors beside their fields ---

/**
 * @param {Element} input
 * @param {string} text
 */
function setError(input, text) {
  const place = document.getElementById(`${input.id.replace(/^ticks-/, "param-")}-error`);
  setText(place, text);
  if (place) place.hidden = !text;
  if (text) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

/**
 * Write each error beside its field.
 * @param {import("./api.js").FieldError[]} errors
 * @returns {{ first: HTMLElement | null, rest: string[] }} the first field with an error, and what belongs to none
 */
function showErrors(errors) {
  const inputs = /** @type {HTMLElement[]} */ ([...form.querySelectorAll("[data-pointer]")]);
  const rest = errors.map((error) => ({ ...error, taken: false }));
  let first = null;
  for (const input of inputs) {
    const pointer = input.dataset.pointer ?? "";
    const mine = rest.filter((error) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`));
    for (const error of mine) error.taken = true;
    setError(input, mine.map((error) => error.detail).join(" "));
    if (mine.length) first ??= input;
  }
  return { first, rest: rest.filter((error) => !error.taken).map((error) => error.detail) };
}

/**
 * @param {string} title
 * @param {string} detail
 */
function showFormError(title, detail) {
  const box = byId("form-error");
  const heading = document.createElement("strong");
  heading.textContent = title;
  const words = document.createElement("span");
  words.textContent = detail;
  box.replaceChildren(heading, words);
  box.hidden = false;
}

// --- the code that will run ---

let asked = new AbortController();

/** Whether the server has refused what stands in the form: that stays said until something is changed. */
let refused = false;

async function showCode() {
  asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  const [changed, grid] = [changes(), several.grid()];
  setText(byId("code-curl"), curl(data, changed, grid));
  showPython(byId("code-python"), python(data, changed, grid));
  setText(byId("code-command"), command(data.lesson, changed, grid));
  try {
    const answer = await call("POST", `/api/v1/lessons/${data.lesson}/script`, params(), { signal });
    showPython(byId("code-keras"), answer.script);
    setText(byId("code-state"), several.count > 1 ? "the first of them" : "");
    if (!refused) showErrors([]);
  } catch (error) {
    if (signal.aborted || !(error instanceof Problem)) return;
    if (!refused) showErrors(error.errors);
    setText(byId("code-state"), error.errors.length ? "as before: a value cannot be used" : error.title);
  }
}

/** @param {string} name the field's; @returns {unknown[]} its values, one unless several are tried */
function tried(name) {
  const field = fields.find((one) => one.name === name);
  return field ? several.values(field) : [undefined];
}

const mean = (/** @type {number[]} */ list) => list.reduce((sum, one) => sum + one, 0) / list.length;

/** The mean over what is tried: the time of one image times the images, where a part of them is taken. */
function secondsPerEpoch() {
  const sizes = tried("dataset").flatMap((dataset) =>
    tried("samples").map((samples) => {
      const rows = data.rows[String(dataset)];
      return samples === undefined ? 1 : Math.min(Number(samples) || rows, rows ?? Infinity);
    }),
  );
  return mean(tried("network").map((network) => data.pace[String(network)] ?? data.pace[""])) * mean(sizes);
}

/** The mean over what is tried of the epochs of a run, all its trainings taken together: jobs/lessons/base.py. */
function epochsOfRun() {
  const sum = (/** @type {unknown} */ value) => [value].flat().reduce((all, one) => Number(all) + Number(one), 0);
  const size = (/** @type {unknown} */ value) => (Array.isArray(value) ? value.length : Number(value));
  let all = 0;
  for (const { epochs, times, when } of data.trainings) {
    const share = when ? mean(tried(when[0]).map((value) => Number(value === when[1]))) : 1;
    const often = times.map((/** @type {string} */ name) => mean(tried(name).map(size)));
    all += [mean(tried(epochs).map((value) => Number(sum(value)))), ...often].reduce((product, one) => product * one, share);
  }
  return all;
}

function showEstimate() {
  const seconds = secondsPerEpoch() * epochsOfRun() * several.count;
  if (!(seconds > 0) || !Number.isFinite(seconds)) return;
  const strong = byId("estimate").querySelector("strong");
  setText(strong, duration(seconds));
}

function showDataset() {
  const detail = document.getElementById("dataset-detail");
  if (detail) setText(detail, data.datasets[control("dataset").value] ?? "");
}

/** Shows how an own table is read where one is chosen; elsewhere nothing must stand there. */
function showOwn() {
  const place = document.querySelector("[data-own]");
  const dataset = fields.find(({ name }) => name === "dataset");
  if (!(place instanceof HTMLElement) || !dataset) return;
  const own = several.values(dataset).some((name) => data.own.includes(name));
  for (const field of own ? [] : fields) if (place.contains(control(field.name))) write(field, String(field.default));
  place.hidden = !own;
}

/** Says which data is learnt from, and how it is read. */
const DATA = ["dataset", "target", "header", "separator"];

/** @param {Record<string, string>} values a preset's; @returns {Record<string, string>} they, but data of one's own stays where none is named */
function withOwn(values) {
  if (values.dataset !== "auto" || !data.own.includes(control("dataset").value)) return values;
  const kept = fields.filter(({ name }) => DATA.includes(name)).map((field) => [field.name, textOf(field)]);
  return { ...values, ...Object.fromEntries(kept) };
}

function showPreset() {
  const spaced = (/** @type {string} */ text) => text.replace(/\s*,\s*/g, ", ");
  const now = Object.fromEntries(fields.map((field) => [field.name, spaced(textOf(field))]));
  const texts = Object.fromEntries(several.texts().map(([name, text]) => [name, spaced(text)]));
  for (const link of document.querySelectorAll("[data-preset]")) {
    const { values: named, grid } = data.presets[link.getAttribute("data-preset") ?? ""];
    const values = withOwn(named);
    const same = (/** @type {Field} */ { name }) => (name in grid || name in texts ? grid[name]?.join(";") === texts[name] : values[name] === now[name]);
    if (fields.every(same)) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function keepInAddress() {
  const query = new URLSearchParams();
  for (const name of Object.keys(changes())) {
    const field = fields.find((one) => one.name === name);
    if (field) query.set(name, textOf(field).replace(/\s*,\s*/g, ","));
  }
  for (const [name, text] of several.texts()) query.set(`try.${name}`, text);
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
}

/** What the button says at rest: Train, or Run where nothing is trained. */
const verb = button.querySelector("span")?.textContent ?? "";
const trainWords = () => (several.count > 1 ? `${verb} ${several.count} runs` : verb);

let timer = 0;
function onChange() {
  refused = false;
  several.show();
  setText(button.querySelector("span"), trainWords());
  showEstimate();
  showDataset();
  showOwn();
  showPreset();
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    keepInAddress();
    void showCode();
  }, DEBOUNCE);
}

form.addEventListener("input", (event) => {
  const target = event.target;
  if (target instanceof HTMLInputElement && target.dataset.mirror) {
    /** @type {HTMLInputElement} */ (byId(target.dataset.mirror)).value = target.value;
  } else if (target instanceof HTMLInputElement) {
    const slider = document.querySelector(`[data-mirror="${target.id}"]`);
    if (slider instanceof HTMLInputElement && NUMBER.test(target.value)) slider.value = target.value;
  }
  onChange();
});

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("[data-preset]") : null;
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  several.closeAll();
  const { values: named, grid } = data.presets[link.getAttribute("data-preset") ?? ""];
  const values = withOwn(named);
  for (const field of fields) {
    write(field, values[field.name]);
    if (field.name in grid) several.begin(field, grid[field.name]);
  }
  byId("form-error").hidden = true;
  onChange();
});

byId("reset").addEventListener("click", () => {
  several.closeAll();
  for (const field of fields) {
    write(field, Array.isArray(field.default) ? field.default.join(", ") : String(field.default ?? ""));
  }
  onChange();
});

// --- Train ---

/** The same for every try of one submission, so that a try whose answer got lost makes no second run. */
let key = "";
/** What was sent with it: another request gets another key. */
let sent = "";

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  setText(button.querySelector("span"), "Starting…");
  byId("form-error").hidden = true;
  const name = /** @type {HTMLInputElement} */ (byId("run-name")).value.trim();
  const tags = /** @type {HTMLInputElement} */ (byId("run-tags")).value.split(",").map((tag) => tag.trim()).filter(Boolean);
  const grid = several.grid();
  const one = Object.keys(grid).length === 0;
  const rest = Object.fromEntries(fields.filter((field) => !several.tries(field)).map((field) => [field.name, valueOf(field)]));
  const body = { lesson: data.lesson, params: rest, ...(!one && { grid }), ...(name && { name }), ...(tags.length && { tags }) };
  if (JSON.stringify(body) !== sent) key = "";
  sent = JSON.stringify(body);
  key ||= [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("-");
  try {
    const made = await call("POST", one ? "/api/v1/runs" : "/api/v1/sweeps", body, { headers: { "Idempotency-Key": key } });
    location.assign(made.links.page);
  } catch (error) {
    button.removeAttribute("aria-disabled");
    setText(button.querySelector("span"), trainWords());
    const problem = error instanceof Problem ? error : new Problem(0, "Something went wrong", String(error));
    if (problem.status) key = "";
    refused = true;
    const { first, rest: others } = showErrors(problem.errors);
    if (!problem.errors.length) showFormError(problem.title, problem.detail);
    else if (others.length) showFormError(problem.title, others.join(" "));
    (first ?? byId("form-error")).focus();
  }
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  key = "";
  button.removeAttribute("aria-disabled");
  setText(button.querySelector("span"), trainWords());
});

// --- the tabs ---

const tabs = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[role="tab"]')]);

/** @param {HTMLElement} chosen */
function openTab(chosen) {
  for (const tab of tabs) {
    const open = tab === chosen;
    tab.setAttribute("aria-selected", String(open));
    tab.tabIndex = open ? 0 : -1;
    const panel = byId(tab.getAttribute("aria-controls") ?? "");
    panel.hidden = !open;
    panel.classList.toggle("shown", open);
  }
}

for (const [index, tab] of tabs.entries()) {
  tab.addEventListener("click", () => openTab(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -index, End: tabs.length - 1 - index }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = tabs[(index + step + tabs.length) % tabs.length];
    openTab(next);
    next.focus();
  });
}

several.open(new URLSearchParams(location.search));
for (const id of ["code-keras", "code-python"]) showPython(byId(id), byId(id).textContent ?? "");
