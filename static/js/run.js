// @ts-check
// A run's page: follows the run's events, moves the curves and the numbers, takes over what the server wrote anew.
import { Charts } from "./charts.js";
import { control } from "./control.js";
import { History } from "./history.js";
import { closeMenus } from "./images.js";
import { announce, atMostEvery, byId, dataOf, fetchPage, make, setText, takeParts } from "./page.js";
import { follow } from "./socket.js";
import { placeOf } from "./charttext.js";
import { clock, duration, ended, setChip, short, statusWord } from "./words.js";

const run = dataOf("run-data");
const history = new History(run.series, run.folds === null ? null : run.parts);
const charts = new Charts(byId("charts"), history, run.id);
charts.best = run.best;
charts.seams = run.seams;
charts.changed();

const QUEUE_LOOK = 5000;
let painting = 0;

/** @param {import("./socket.js").RunEvent} event */
function onEvent({ seq, type, time, data }) {
  if (type === "epoch") onEpoch(data);
  else if (type === "progress") onProgress(data);
  else if (type === "log") addLine(seq, time, data);
  else if (type === "status") onStatus(data);
  else {
    if (type === "environment") setText(byId("device"), data.device);
    refresh();
  }
}

/** @param {any} data */
function onEpoch(data) {
  history.add(data.epoch, data.metrics, data.fold);
  if (data.fold !== undefined) {
    run.fold = data.fold;
    run.folds = data.folds;
    run.epochs = data.epochs ?? run.epochs;
  }
  run.epoch = data.epoch;
  run.eta = data.eta_seconds;
  run.part = 0;
  if (data.best) charts.best = run.best = data.best;
  paint();
}

/** @param {any} data */
function onProgress(data) {
  run.part = data.steps ? data.step / data.steps : 0;
  paint();
}

/** @param {any} data */
function onStatus(data) {
  run.status = data.status;
  run.part = 0;
  if (run.status !== "running") run.eta = null;
  if (data.resumed_at !== undefined && !charts.seams.includes(data.resumed_at)) {
    charts.seams = [...charts.seams, data.resumed_at].sort((a, b) => a - b);
    charts.changed();
  }
  setChip(document.querySelector("#status [data-chip]"), run.status, data.reason);
  byId("status").dataset.status = run.status;
  announce(`The run is ${statusWord(run.status, data.reason).toLowerCase()}.`);
  paint();
  refresh();
}

/** Numbers and curves, at most once per frame. */
function paint() {
  if (!painting) {
    painting = requestAnimationFrame(() => {
      painting = 0;
      showNumbers();
      byId("no-curve").hidden = history.last >= 0;
      byId("curve-tools").hidden = history.last < 0;
      charts.changed();
    });
  }
}

function showNumbers() {
  const epoch = run.epoch === null ? 0 : run.epoch + 1;
  setText(byId("epoch"), String(epoch));
  const progress = /** @type {HTMLProgressElement} */ (byId("progress"));
  progress.value = epoch + (run.part ?? 0);
  if (run.folds !== null) {
    setText(byId("epochs"), String(run.epochs ?? "?"));
    setText(byId("fold"), `fold ${run.fold + 1} of ${run.folds}`);
    progress.max = run.folds;
    progress.value = run.fold + (epoch + (run.part ?? 0)) / (run.epochs || epoch || 1);
  }
  if (!ended(run.status)) setText(byId("eta"), duration(run.eta));
  if (run.best) {
    setText(byId("best-monitor"), run.best.monitor);
    setText(byId("best-value"), short(run.best.value));
    setText(byId("best-epoch"), placeOf(run.best));
  }
  cursor.max = String(Math.max(1, run.folds === null ? epoch : history.last + 1));
  if (charts.reading === null) cursor.value = cursor.max;
}

/**
 * @param {number} seq
 * @param {string} time
 * @param {{ level: string, message: string }} line
 */
function addLine(seq, time, line) {
  const log = byId("log");
  if (log.querySelector(`[data-seq="${seq}"]`)) return;
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const when = make("time", { datetime: time }, clock(new Date(time)));
  log.append(make("li", { class: line.level, "data-seq": String(seq) }, when, make("span", {}, line.message)));
  if (atEnd) log.scrollTop = log.scrollHeight;
}

/** Take over what the server writes: stages, models, outcome, error, buttons. Numbers that move stay ours. */
const refresh = atMostEvery(400, async () => {
  const fetched = await fetchPage(`/runs/${run.id}/parts`);
  if (!fetched) return;
  takeParts(fetched, (name) => name !== "figures" || ended(run.status));
});

// --- the connection ---

if (!ended(run.status)) {
  const banner = byId("away");
  let until = 0;
  let ticking = 0;
  const tick = () => {
    const seconds = Math.ceil((until - Date.now()) / 1000);
    setText(byId("away-when"), seconds > 0 ? `Next try in ${seconds} s.` : "Trying…");
  };
  const stream = follow({
    path: `/api/v1/runs/${run.id}/events`,
    after: run.seq,
    onEvent,
    onAway(seconds) {
      until = Date.now() + seconds * 1000;
      banner.hidden = false;
      tick();
      if (!ticking) ticking = window.setInterval(tick, 500);
    },
    onBack() {
      banner.hidden = true;
      clearInterval(ticking);
      ticking = 0;
      announce("Connected again.");
      refresh();
    },
    onDone() {
      document.body.dataset.stream = "done";
    },
  });
  byId("away-now").addEventListener("click", () => stream.retry());
  const look = setInterval(() => {
    if (run.status === "queued") refresh();
    if (ended(run.status)) clearInterval(look);
  }, QUEUE_LOOK);
}

control(run.id, refresh);
closeMenus();

// --- the tools above the curves ---

const smoothing = /** @type {HTMLInputElement} */ (byId("smoothing"));
const cursor = /** @type {HTMLInputElement} */ (byId("cursor"));
const log = /** @type {HTMLInputElement} */ (byId("log-axis"));

function readTools() {
  charts.smoothing = Number(smoothing.value);
  charts.log = log.checked;
  setText(byId("smoothing-value"), charts.smoothing ? charts.smoothing.toFixed(2) : "off");
  charts.changed();
}

smoothing.addEventListener("input", readTools);
log.addEventListener("change", readTools);
cursor.addEventListener("input", () => {
  const latest = cursor.value === cursor.max;
  charts.reading = latest ? null : Number(cursor.value) - 1;
  setText(byId("cursor-value"), latest ? "latest" : cursor.value);
  charts.changed();
});
charts.onZoom = () => {
  byId("zoom-out").hidden = charts.range === null;
};
byId("zoom-out").addEventListener("click", () => charts.zoom(null, true));
readTools();

const lines = byId("log");
lines.scrollTop = lines.scrollHeight;
