// @ts-check
// The live curves of a run: one chart per metric, all with the same zoom, smoothing and epoch under the pointer.
//
// Each chart is drawn at most once per animation frame, only while it can be seen, and with at most a thousand points
// per curve. Words and numbers beside it are plain text in the page.
import { Chart } from "./chart.js";
import { make } from "./page.js";
import { palette, plotly } from "./plotly.js";
import { title } from "./words.js";

/** @typedef {import("./history.js").History} History */
/** @typedef {{ epoch: number, monitor: string, value: number, fold?: number }} Best */

const FRAME_BUDGET = 10;

export class Charts {
  /**
   * @param {HTMLElement} place where the charts stand
   * @param {History} history
   * @param {string} runId
   */
  constructor(place, history, runId) {
    this.place = place;
    this.history = history;
    this.runId = runId;
    /** @type {Map<string, Chart>} */
    this.charts = new Map();
    /** @type {Best | null} */
    this.best = null;
    /** @type {number[]} the epochs, from 0, at which the training was resumed */
    this.seams = [];
    this.smoothing = 0;
    this.log = false;
    /** @type {number | null} the epoch to read values at, from 0; null is the latest */
    this.reading = null;
    /** @type {number | null} the epoch under the pointer */
    this.pointed = null;
    /** @type {[number, number] | null} the stretch of epochs zoomed to, from 1 */
    this.range = null;
    this.zooms = 0;
    this.onZoom = () => {};
    this.frame = 0;
    /** @type {any} */
    this.plotly = null;
    this.colours = palette();
    this.font = getComputedStyle(document.documentElement).fontFamily;
    this.seen = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        const chart = this.charts.get(entry.target.getAttribute("data-metric") ?? "");
        if (chart) chart.visible = entry.isIntersecting;
      }
      this.soon();
    });
    document.addEventListener("theme", () => {
      this.colours = palette();
      this.changed();
    });
    void plotly().then((found) => {
      this.plotly = found;
      this.changed();
    });
  }

  /** Something that all charts show has changed: draw them again in the next frame. */
  changed() {
    for (const metric of this.history.pairs()) if (!this.charts.has(metric)) this.addChart(metric);
    for (const chart of this.charts.values()) {
      chart.dirty = true;
      if (!chart.visible) chart.showText(); // the picture can wait until it is seen, the words are for everybody
    }
    this.soon();
  }

  /**
   * Zoom all charts to a stretch of epochs, or show the whole run again.
   * @param {[number, number] | null} range
   * @param {boolean} [reset] whether what was dragged by hand is forgotten
   */
  zoom(range, reset = false) {
    this.range = range;
    if (reset) this.zooms += 1;
    this.onZoom();
    this.changed();
  }

  /** @param {number | null} epoch the epoch under the pointer, from 0 */
  point(epoch) {
    if (epoch === this.pointed) return;
    this.pointed = epoch;
    for (const chart of this.charts.values()) chart.showReading();
  }

  /** The epoch that values are read at, from 0. */
  get epoch() {
    return this.pointed ?? this.reading ?? this.history.last;
  }

  /**
   * All epochs, from 1, with a little air on both sides.
   * @returns {[number, number]}
   */
  get wholeRange() {
    const last = this.history.last + 1;
    if (last < 2) return [0.5, 1.5];
    const air = Math.min(0.8, (last - 1) * 0.012);
    return [1 - air, last + air];
  }

  soon() {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.frame = 0;
    const start = performance.now();
    let left = false;
    // The one that waited longest comes first, so that under load all take turns.
    const waiting = [...this.charts.values()].filter((chart) => chart.dirty && chart.visible).sort((a, b) => a.drawn - b.drawn);
    for (const chart of waiting) {
      if (performance.now() - start > FRAME_BUDGET) {
        left = true;
        break;
      }
      chart.draw();
    }
    if (left) this.soon();
  }

  /** @param {string} metric */
  addChart(metric) {
    const known = this.place.querySelector(`[data-metric="${CSS.escape(metric)}"]`);
    const figure = known instanceof HTMLElement ? known : newFigure(metric);
    if (!known) this.place.append(figure);
    this.charts.set(metric, new Chart(this, metric, figure));
    this.seen.observe(figure);
  }
}

/** @param {string} metric */
function newFigure(metric) {
  const id = `chart-${metric.replace(/\W/g, "-")}`;
  const legend = make("span", { class: "chart-legend" }, make("span", { class: "chart-at" }));
  const caption = make("figcaption", { id }, make("span", { class: "chart-title" }, title(metric)), legend);
  const wrap = make("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": `${title(metric)}, epoch by epoch` });
  return make(
    "figure",
    { class: "chart sheet", "data-metric": metric, "aria-labelledby": id },
    caption,
    make("div", { class: "plot" }),
    make("p", { class: "chart-summary" }),
    make("details", { class: "chart-table" }, make("summary", {}, "Values as a table"), wrap),
  );
}
