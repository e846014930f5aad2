// @ts-check
// One chart of a run: a metric's curves, training solid and validation dashed, with their words beside them.
import { ROLES, around, placeOf, summary, table } from "./charttext.js";
import { band, bestMark, curve, epochTicks, label, seamMarks, threads, valueAt } from "./figure.js";
import { imageButtons } from "./images.js";
import { make, setText } from "./page.js";
import { smooth } from "./sample.js";
import { short } from "./words.js";

/** @typedef {import("./charts.js").Charts} Charts */
/** @typedef {import("./figure.js").Figure} Figure */
/** @typedef {import("./figure.js").Mark} Mark */

const SLOW_TEXT = 1000;
const MARGIN = { l: 54, r: 14, t: 22, b: 32 };
const THREADS = 20; // of more folds only the band is drawn
const WORDS = 240; // pixels that two words at lines need beside one another
const CONFIG = { displayModeBar: false, displaylogo: false, showSendToCloud: false, doubleClick: "autosize" };

export class Chart {
  /**
   * @param {Charts} charts
   * @param {string} metric
   * @param {HTMLElement} figure
   */
  constructor(charts, metric, figure) {
    this.charts = charts;
    this.metric = metric;
    this.visible = true;
    this.dirty = true;
    this.drawn = 0;
    this.told = 0;
    this.plot = /** @type {HTMLElement} */ (figure.querySelector(".plot"));
    this.legend = /** @type {HTMLElement} */ (figure.querySelector(".chart-legend"));
    this.summary = /** @type {HTMLElement} */ (figure.querySelector(".chart-summary"));
    this.table = /** @type {HTMLDetailsElement} */ (figure.querySelector(".chart-table"));
    this.canvas = make("div", { class: "canvas" });
    this.hairline = make("div", { class: "hairline", hidden: "" });
    /** @type {Figure[]} */
    this.drawnCurves = [];
    /** @type {Map<string, HTMLElement>} */
    this.values = new Map();
    this.at = /** @type {HTMLElement} */ (figure.querySelector(".chart-at"));
    for (const node of this.legend.querySelectorAll("b")) this.values.set(node.dataset.role ?? "", node);
    this.size = { width: this.plot.clientWidth, height: this.plot.clientHeight };
    new ResizeObserver(([entry]) => {
      const { width, height } = entry.contentRect;
      if (width === this.size.width && height === this.size.height) return;
      this.size = { width, height };
      this.dirty = true;
      this.charts.soon();
    }).observe(this.plot);
    figure.append(imageButtons(this));
    this.table.addEventListener("toggle", () => this.showTable());
    this.plot.addEventListener("pointermove", (event) => this.charts.point(this.epochAt(event.clientX)));
    this.plot.addEventListener("pointerleave", () => this.charts.point(null));
  }

  draw() {
    this.dirty = false;
    this.drawn = performance.now();
    this.showText();
    const { plotly } = this.charts;
    if (!plotly) return;
    const first = !this.canvas.isConnected;
    if (first) this.plot.replaceChildren(this.canvas, this.hairline);
    void plotly.react(this.canvas, this.traces(), this.layout(), CONFIG);
    if (first) {
      /** @type {any} */ (this.canvas).on("plotly_relayout", (/** @type {Figure} */ change) => this.onRelayout(change));
      this.plot.dataset.drawn = "true";
    }
    this.showReading();
  }

  /** @returns {Figure[]} */
  traces() {
    const { history, smoothing, colours, best } = this.charts;
    const traces = this.foldTraces();
    for (const [role, prefix, name] of ROLES) {
      const series = history.series.get(prefix + this.metric);
      if (!series?.epoch.length) continue;
      const line = { color: colours[role], width: 2, dash: role === "train" ? "solid" : "6px,4px", shape: "linear" };
      if (smoothing > 0 && !history.folds) {
        traces.push({ ...curve(series.epoch, series.value), name, line: { ...line, width: 1 }, opacity: 0.28 });
      }
      const values = smooth(series.value, smoothing);
      traces.push({
        ...curve(series.epoch, values),
        name,
        line,
        ...(series.epoch.length === 1 ? { mode: "markers", marker: { color: colours[role], size: 7 } } : {}),
      });
      if (best && best.monitor === prefix + this.metric) {
        const value = best.fold === undefined ? valueAt(series.epoch, values, best.epoch) : best.value;
        if (value !== null) traces.push(bestMark(best.epoch, value, colours));
      }
    }
    this.drawnCurves = traces;
    return traces;
  }

  /**
   * The curves of a cross-validation's folds, thin, and bands of their standard deviation around the mean.
   * @returns {Figure[]}
   */
  foldTraces() {
    const { history, smoothing, colours } = this.charts;
    const { folds } = history;
    if (!folds) return [];
    const [bands, lines] = [/** @type {Figure[]} */ ([]), /** @type {Figure[]} */ ([])];
    for (const [role, prefix] of ROLES) {
      const spread = folds.spread(prefix + this.metric);
      if (!spread || folds.size < 2) continue;
      bands.push(band(spread.epoch, smooth(spread.mean, smoothing), spread.deviation, colours[role]));
      if (folds.size <= THREADS) lines.push(threads(folds.curves(prefix + this.metric), smoothing, colours[role]));
    }
    return [...bands, ...lines];
  }

  /** @returns {Figure} */
  layout() {
    const { colours, range, log, zooms } = this.charts;
    const font = { family: this.charts.font, size: 12, color: colours["ink-faint"] };
    const marks = this.marks();
    return {
      ...this.size,
      margin: MARGIN,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font,
      showlegend: false,
      hovermode: false,
      dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
      uirevision: `run-${zooms}`,
      xaxis: {
        showgrid: false,
        zeroline: false,
        showline: true,
        linecolor: colours["line-strong"],
        ticks: "outside",
        ticklen: 4,
        tickcolor: colours["line-strong"],
        ...epochTicks(range ?? this.charts.wholeRange, 8),
        autorange: false,
        range: range ?? this.charts.wholeRange,
      },
      yaxis: {
        type: log ? "log" : "linear",
        gridcolor: colours.grid,
        zeroline: false,
        nticks: 6,
        tickformat: log ? "~g" : "",
        fixedrange: true,
        autorange: false,
        range: this.heights(range ?? this.charts.wholeRange),
      },
      shapes: marks.map(({ epoch, colour, dash = "dot" }) => ({
        type: "line",
        layer: "below",
        xref: "x",
        yref: "paper",
        x0: epoch + 1,
        x1: epoch + 1,
        y0: 0,
        y1: 1,
        line: { color: colour, width: 1, dash },
      })),
      annotations: marks.filter(({ text }) => text).map((mark) => label(mark, colours.sheet, this.charts.history.last)),
    };
  }

  /**
   * The values between which the visible part of the curves lies, with a little air; their logarithms on a log axis.
   * @param {number[]} range epochs, from 1
   * @returns {[number, number]}
   */
  heights([from, to]) {
    const { log } = this.charts;
    let low = Infinity;
    let high = -Infinity;
    for (const { x, y } of this.drawnCurves) {
      for (let index = 0; index < x.length; index++) {
        const value = y[index];
        if (value === null || x[index] < from || x[index] > to || (log && value <= 0)) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    if (low > high) return log ? [-1, 0] : [0, 1];
    if (log) [low, high] = [Math.log10(low), Math.log10(high)];
    const air = (high - low) * 0.06 || Math.abs(high) * 0.1 || 1;
    return [low - air, high + air];
  }

  /** Epochs, from 0, that a line marks: where it was resumed, the best one, those at which a value wasn't finite. */
  marks() {
    const { best, colours, history, range, seams, wholeRange } = this.charts;
    const [from, to] = range ?? wholeRange;
    const shown = seams.filter((epoch) => epoch <= history.last);
    const near = ((to - from) * WORDS) / Math.max(1, this.size.width - MARGIN.l - MARGIN.r);
    const marks = seamMarks(shown, best?.epoch ?? NaN, near, colours);
    this.gaps().forEach((epoch, index) => marks.push({ epoch, colour: colours.red, text: index ? "" : "not a number", y: 0 }));
    if (best) marks.push({ epoch: best.epoch, colour: colours["ink-soft"], text: `best: ${placeOf(best)}`, y: 1 });
    return marks;
  }

  /** The first epochs, from 0, at which a value wasn't finite. */
  gaps() {
    const found = new Set();
    for (const [, prefix] of ROLES) {
      const series = this.charts.history.series.get(prefix + this.metric);
      series?.value.forEach((value, index) => value === null && found.size < 20 && found.add(series.epoch[index]));
    }
    return [...found];
  }

  /** @param {Figure} change */
  onRelayout(change) {
    const [low, high] = [change["xaxis.range[0]"], change["xaxis.range[1]"]];
    if (low !== undefined && high !== undefined) this.charts.zoom([low, high]);
    else if (change["xaxis.autorange"]) this.charts.zoom(null, true);
  }

  /**
   * The epoch at a place on the screen, from 0.
   * @param {number} x
   * @returns {number | null}
   */
  epochAt(x) {
    const axis = /** @type {any} */ (this.canvas)._fullLayout?.xaxis;
    if (!axis) return null;
    const value = Math.round(axis.p2l(x - this.canvas.getBoundingClientRect().left - axis._offset)) - 1;
    return value >= 0 && value <= this.charts.history.last ? value : null;
  }

  /** Write the values at the epoch that is read, and put the hairline there. */
  showReading() {
    const { history, epoch, pointed, reading } = this.charts;
    const shown = pointed ?? reading;
    setText(this.at, shown === null ? "" : `Epoch ${shown + 1}`);
    for (const [role, prefix, name] of ROLES) {
      const value = history.valueAt(prefix + this.metric, epoch);
      if (value === undefined) continue;
      let node = this.values.get(role);
      if (!node) {
        node = make("b");
        this.values.set(role, node);
        this.legend.append(make("span", {}, make("i", { class: role }), `${name} `, node));
      }
      setText(node, value === null ? "not a number" : short(value));
      setText(this.deviationOf(node), around(history, prefix + this.metric, epoch));
    }
    const layout = /** @type {any} */ (this.canvas)._fullLayout;
    const place = layout && shown !== null ? layout.xaxis.l2p(shown + 1) : -1;
    const inside = layout && place >= 0 && place <= layout.xaxis._length;
    this.hairline.hidden = !inside;
    if (inside) {
      this.hairline.style.transform = `translateX(${Math.round(place + layout.xaxis._offset)}px)`;
      this.hairline.style.top = `${layout.yaxis._offset}px`;
      this.hairline.style.height = `${layout.yaxis._length}px`;
    }
  }

  /**
   * Where the standard deviation stands, beside its mean.
   * @param {HTMLElement} node
   */
  deviationOf(node) {
    if (!this.charts.history.folds) return null;
    const beside = node.nextElementSibling;
    if (beside) return beside;
    const made = make("span", { class: "around" });
    node.after(made);
    return made;
  }

  showText() {
    this.showReading();
    this.showWords();
  }

  /** The sentence and the table below the chart follow once a second at most: nobody reads faster. */
  showWords() {
    const now = performance.now();
    if (now - this.told < SLOW_TEXT) {
      clearTimeout(this.later);
      this.later = setTimeout(() => this.showWords(), SLOW_TEXT);
      return;
    }
    this.told = now;
    setText(this.summary, summary(this.metric, this.charts.history, this.charts.seams));
    this.showTable();
  }

  showTable() {
    const place = this.table.querySelector(".table-wrap");
    if (this.table.open && place) place.replaceChildren(...table(this.metric, this.charts.history, this.charts.runId));
  }
}
