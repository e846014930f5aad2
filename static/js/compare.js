// @ts-check
// Runs side by side: one live chart, and a table whose figures follow the chosen metric.
import { Clock } from "./clock.js";
import { figures, verdict } from "./figures.js";
import { History } from "./history.js";
import { Overlay } from "./overlay.js";
import { atMostEvery, byId, fetchPage, make, setText, swap, takeParts } from "./page.js";
import { follow } from "./socket.js";
import { setChip, short } from "./words.js";

/** @typedef {{ id: string, seq: number, ended: boolean, label: string, colour: number, history: History, clock: Clock }} Compared */

const PAUSE = 300; // milliseconds between two looks at all figures
const LINES = 250; // and, for each run, between two looks at the lines from parameters to results, which the server draws
const select = /** @type {HTMLSelectElement} */ (byId("metric"));
const by = /** @type {HTMLSelectElement} */ (byId("by"));
/** @type {Map<string, Compared>} */
const runs = new Map();
const timed = read(document);
const overlay = new Overlay(byId("overlay"), [...runs.values()], select.value);
overlay.timed = timed;

/**
 * Take the runs' curves from a page that the server made.
 * @param {Document} page
 * @returns {boolean} whether it is one over time
 */
function read(page) {
  const data = JSON.parse(page.getElementById("compare-data")?.textContent ?? "null");
  for (const { series, clock, ...told } of data?.runs ?? []) {
    const known = runs.get(told.id);
    if (!known) runs.set(told.id, { ...told, history: new History(series), clock: new Clock() });
    else if (known.seq <= told.seq) Object.assign(known, told, { history: new History(series) });
    runs.get(told.id)?.clock.take(clock);
  }
  return data?.timed ?? false;
}

/** @param {string} id */
const row = (id) => document.querySelector(`tr[data-run="${CSS.escape(id)}"]`);

/**
 * @param {Element} tr
 * @param {string} name
 */
const cell = (tr, name) => tr.querySelector(`[data-cell="${name}"]`);

// --- figures ---

const showFigures = atMostEvery(PAUSE, () => {
  const found = [...runs.values()].map((run) => ({ run, ...figures(run.history, overlay.metric) }));
  const widest = Math.max(...found.map(({ gap }) => Math.abs(gap ?? 0))) || 1;
  for (const { run, best, epoch, last, held, gap } of found) {
    const tr = row(run.id);
    if (!tr) continue;
    const place = cell(tr, "best");
    if (best === null) setText(place, "—");
    else if (place?.textContent !== `${short(best)} epoch ${epoch + 1}`) {
      place?.replaceChildren(`${short(best)} `, make("span", { class: "soft" }, `epoch ${epoch + 1}`));
    }
    setText(cell(tr, "train"), short(last));
    setText(cell(tr, "validation"), short(held));
    setText(cell(tr, "gap"), short(gap));
    const bar = tr.querySelector("rect");
    const width = (50 * (gap ?? 0)) / widest;
    bar?.setAttribute("x", String(Math.min(50, 50 + width)));
    bar?.setAttribute("width", String(Math.abs(width)));
  }
  if (found.some(({ best }) => best !== null)) {
    setText(byId("overlay-summary"), verdict(overlay.metric, found.map(({ run, best }) => ({ label: run.label, best }))));
  }
});

/** A metric that nobody had before can be chosen from now on. */
function offerMetrics() {
  const known = new Set([...select.options].map((option) => option.value));
  const found = new Set([...runs.values()].flatMap((run) => run.history.pairs()));
  for (const metric of found) if (!known.has(metric)) select.append(new Option(metric, metric));
}

function changed() {
  offerMetrics();
  showFigures();
  overlay.soon();
}

// --- live ---

const refresh = atMostEvery(1000, async () => {
  const fetched = await fetchPage(location.href);
  if (!fetched) return;
  overlay.timed = read(fetched);
  for (const fresh of fetched.querySelectorAll("tr[data-run]")) {
    const old = row(fresh.getAttribute("data-run") ?? "");
    if (old) swap(old, document.importNode(fresh, true));
  }
  takeParts(fetched);
  showLight();
  changed();
});
const refreshLines = atMostEvery(Math.max(4000, LINES * runs.size), refresh);

follow({
  path: "/api/v1/events",
  after: null,
  onAway: () => (byId("away").hidden = false),
  onBack: () => {
    byId("away").hidden = true;
    refresh();
  },
  onEvent({ run: id, seq, type, time, data }) {
    const run = runs.get(id ?? "");
    if (!run || seq <= run.seq) return;
    const missed = seq > run.seq + 1;
    run.seq = seq;
    const tr = row(run.id);
    if (missed) refresh(); // something was told before we listened
    if (type === "status") {
      setChip(tr?.querySelector("[data-chip]") ?? null, data.status, data.reason);
      refresh();
    } else if (type === "epoch" && (data.fold ?? null) !== null) {
      refresh(); // the curve is the mean over the folds, which the server makes
    } else if (type === "epoch") {
      run.history.add(data.epoch, data.metrics);
      run.clock.add(data.epoch, time, data.seconds);
      const epochs = tr?.getAttribute("data-epochs");
      if (tr) setText(cell(tr, "epoch"), epochs ? `${data.epoch + 1} of ${epochs}` : String(data.epoch + 1));
      changed();
      refreshLines();
    }
  },
});
if ([...runs.values()].some((run) => !run.ended)) setTimeout(refresh, 500); // what was told while the page came

// --- what is shown ---

/**
 * What is chosen stands in the address; the server draws what is drawn there by it.
 * @param {HTMLSelectElement} field
 */
function keep({ name, value }) {
  const address = new URL(location.href);
  address.searchParams.set(name, value);
  history.replaceState(null, "", address);
  refresh();
}

select.addEventListener("change", () => {
  overlay.metric = select.value;
  for (const node of document.querySelectorAll("[data-metric-name]")) setText(node, select.value);
  keep(select);
  changed();
});

by.addEventListener("change", () => {
  byId("by-time").hidden = by.value !== "time";
  keep(by); // with the page that comes then the times come
});

for (const role of ["train", "validation"]) {
  const box = /** @type {HTMLInputElement} */ (byId(`show-${role}`));
  box.addEventListener("change", () => {
    overlay.shown[role] = box.checked;
    overlay.soon();
  });
}
byId("log-axis").addEventListener("change", (event) => {
  overlay.log = /** @type {HTMLInputElement} */ (event.target).checked;
  overlay.soon();
});

/** @param {string} id the run whose curves and line stand out; none for all */
function light(id) {
  if (overlay.lit === id) return;
  overlay.lit = id;
  showLight();
  overlay.soon();
}

/** Of the legend, and of the lines from parameters to results. */
function showLight() {
  for (const place of document.querySelectorAll(".overlay-legend, .threads")) {
    place.classList.toggle("dimmed", overlay.lit !== "");
    for (const item of place.querySelectorAll("[data-legend], [data-line]")) item.classList.toggle("lit", runOf(item) === overlay.lit);
  }
}

/** @param {Element | null | undefined} node */
const runOf = (node) => ["data-run", "data-legend", "data-line"].map((name) => node?.getAttribute(name)).find(Boolean) ?? "";

for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, ({ target }) => {
    light(runOf(target instanceof Element ? target.closest("tr[data-run], [data-legend], [data-line]") : null));
  });
}
