// @ts-check
// Try it: a row, a drawing or a picture goes to the run's model, and its answer is shown.
import { call, Problem } from "./api.js";
import { latest } from "./latest.js";
import { byId, dataOf, make, setText } from "./page.js";
import { drawing } from "./drawing.js";
import { pointing } from "./pointing.js";
import { rowForm } from "./rowform.js";

/** @typedef {{ row: (number | string)[] } | { image: string }} Given */
/** @typedef {{ name: string, truth: string, row: number[] | null, image: string | null }} Sample */
/** @typedef {{ class: string, probabilities: Record<string, number>, saw: any, notes: string[] }} Answer */

const RETRY = 3000;
const data = dataOf("try-data");
const checkpoint = /** @type {HTMLSelectElement} */ (byId("checkpoint"));
/** @type {{ given: Given, truth: string | null } | null} */
let present = null;
let retry = 0;

/** @param {unknown} error @param {() => void} again */
function fail(error, again) {
  const problem = error instanceof Problem ? error : new Problem(0, "Something went wrong", String(error));
  byId("trouble").replaceChildren(make("strong", {}, problem.title), make("span", {}, problem.detail));
  byId("trouble").hidden = false;
  window.clearTimeout(retry);
  if (problem.status === 503 || problem.status === 0) retry = window.setTimeout(again, RETRY);
}

/** @param {any} saw */
function seen(saw) {
  if (saw.image) {
    const words = `The picture as the model saw it, ${saw.shape[1]} by ${saw.shape[0]} pixels`;
    return make("img", { src: `data:image/png;base64,${saw.image}`, alt: words, class: "try-seen" });
  }
  const rows = saw.columns.map((/** @type {string} */ name, /** @type {number} */ index) =>
    make("tr", {}, make("th", { scope: "row" }, name), make("td", { class: "number" }, saw.values[index].toFixed(3))));
  const head = make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Column"), make("th", { scope: "col", class: "number" }, "Value")));
  const wrap = make("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": "What the model saw" });
  wrap.append(make("table", { class: "data" }, head, make("tbody", {}, ...rows)));
  return wrap;
}

/** @param {Answer} answer @param {string | null} truth @param {number} milliseconds */
function show(answer, truth, milliseconds) {
  byId("trouble").hidden = true;
  byId("nothing").hidden = true;
  byId("answer").hidden = false;
  setText(byId("class"), answer.class);
  const right = truth === answer.class;
  setText(byId("truth"), truth === null ? "" : right ? "right: so it is in the data" : `wrong: in the data it is ${truth}`);
  byId("truth").className = truth === null ? "" : right ? "right small" : "wrong small";
  setText(byId("took"), `${Math.round(milliseconds)} ms`);
  const bars = Object.entries(answer.probabilities).map(([name, value]) =>
    make("div", name === answer.class ? { class: "most" } : {},
      make("dt", {}, name),
      make("dd", {}, make("progress", { max: "1", value: String(value), "aria-label": `Probability of ${name}` }),
        make("span", { class: "numbers" }, `${(value * 100).toFixed(1)} %`))));
  byId("bars").replaceChildren(...bars);
  byId("saw").replaceChildren(seen(answer.saw));
  byId("notes").replaceChildren(...answer.notes.map((note) => make("li", {}, note)));
}

const ask = latest(
  (/** @type {{ given: Given, truth: string | null }} */ asked, signal) =>
    /** @type {Promise<Answer>} */ (
      call("POST", `/api/v1/runs/${data.run}/predict`, { ...asked.given, checkpoint: checkpoint.value }, { signal })
    ),
  (answer, asked, milliseconds) => show(answer, asked.truth, milliseconds),
  (error) => fail(error, again),
);

/** @param {Given} given @param {string | null} truth */
function give(given, truth) {
  window.clearTimeout(retry);
  present = { given, truth };
  ask(present);
}

function again() {
  if (present) ask(present);
}
checkpoint.addEventListener("change", again);

/** @param {Sample[]} samples @param {(sample: Sample) => void} choose */
function offer(samples, choose) {
  const buttons = samples.map((sample) => {
    const button = sample.image
      ? make("button", { type: "button", class: "try-thumb", title: sample.truth },
          make("img", { src: `data:image/png;base64,${sample.image}`, alt: `${sample.name}: ${sample.truth}` }))
      : make("button", { type: "button", class: "button slim" }, `${sample.name}, ${sample.truth}`);
    button.addEventListener("click", () => choose(sample));
    return button;
  });
  byId("samples").replaceChildren(...buttons);
}

/** @param {string[]} columns @param {Sample[]} samples */
function takeRows(columns, samples) {
  const fill = rowForm(/** @type {HTMLFormElement} */ (byId("row")), columns, (row) => {
    mark(row);
    give({ row }, null);
  });
  const mark = data.extent === null ? () => {} : pointing(byId("plane"), data.extent, (row) => {
    fill(row);
    give({ row }, null);
  });
  const choose = (/** @type {Sample} */ { row, truth }) => {
    fill(row ?? []);
    mark(row ?? []);
    give({ row: row ?? [] }, truth);
  };
  offer(samples, choose);
  if (samples[0]) choose(samples[0]);
}

async function begin() {
  try {
    const { columns, samples } = await call("GET", `/api/v1/runs/${data.run}/samples`);
    byId("trouble").hidden = true;
    if (data.takes === "row") {
      takeRows(columns, samples);
    } else offer(samples, (sample) => give({ image: sample.image ?? "" }, sample.truth));
  } catch (error) {
    fail(error, begin);
  }
}

if (data.takes === "image") drawing((image) => give({ image }, null));
void begin();
