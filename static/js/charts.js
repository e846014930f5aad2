// @ts-check
// The live curves of a run: one chart per metric, training solid, validation dashed, drawn by Plotly.
//
// Each chart is drawn at most once per animation frame, only while it can be seen, and with at most a thousand points
// per curve. Words and numbers beside it are plain text in the page.
import { make, setText } from "./page.js";
import { sample, smooth } from "./sample.js";
import { prefersLow, short, title } from "./words.js";

/** @typedef {import("./history.js").History} History */
/** @typedef {{ epoch: number, monitor: string, value: number }} Best */
/** @typedef {{ [axis: string]: any }} Figure */

const POINTS = 1000;
const FRAME_BUDGET = 10;
const SLOW_TEXT = 1000;
const ROWS = 300;
const CONFIG = { displayModeBar: false, displaylogo: false, showSendToCloud: false, doubleClick: "autosize" };
const ROLES = /** @type {const} */ ([
  ["train", "", "Training"],
  ["validation", "val_", "Validation"],
]);

/**
 * Plotly, once its script has run. The script is large: the browser has been asked to fetch it already, and it runs
 * after the first paint, so that nobody waits for it to read the page.
 * @returns {Promise<any>}
 */
async function plotly() {
  const address = document.querySelector("link[data-plotly]")?.getAttribute("href");
  if (!address) throw new Error("This page names no Plotly");
  await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
  const script = make("script", { src: address });
  const loaded = new Promise((done) => script.addEventListener("load", done));
  document.head.append(script);
  await loaded;
  return /** @type {any} */ (window).Plotly;
}

/** @param {string} name */
function colour(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

const palette = () =>
  Object.fromEntries(
    ["train", "validation", "ink", "ink-soft", "ink-faint", "grid", "line-strong", "sheet", "red"].map((name) => [name, colour(name)]),
  );

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

  /** All epochs, from 1, with a little air on both sides. */
  get wholeRange() {
    const last = Math.max(2, this.history.last + 1);
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

class Chart {
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
    const traces = [];
    for (const [role, prefix, name] of ROLES) {
      const series = history.series.get(prefix + this.metric);
      if (!series?.epoch.length) continue;
      const line = { color: colours[role], width: 2, dash: role === "train" ? "solid" : "6px,4px", shape: "linear" };
      if (smoothing > 0) {
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
        const value = valueAt(series.epoch, values, best.epoch);
        if (value !== null) traces.push(bestMark(best.epoch, value, colours));
      }
    }
    this.drawnCurves = traces;
    return traces;
  }

  /** @returns {Figure} */
  layout() {
    const { colours, range, log, zooms } = this.charts;
    const font = { family: this.charts.font, size: 12, color: colours["ink-faint"] };
    const marks = this.marks();
    return {
      ...this.size,
      margin: { l: 54, r: 14, t: 10, b: 32 },
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
        tickformat: "d",
        nticks: 8,
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
      shapes: marks.map(({ epoch, colour }) => ({
        type: "line",
        layer: "below",
        xref: "x",
        yref: "paper",
        x0: epoch + 1,
        x1: epoch + 1,
        y0: 0,
        y1: 1,
        line: { color: colour, width: 1, dash: "dot" },
      })),
      annotations: marks.flatMap(({ epoch, colour, text }) => (text ? [label(epoch, text, colour, colours.sheet, this.charts.history.last)] : [])),
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

  /** Epochs, from 0, that a line marks: the best one, and those at which a value wasn't finite. */
  marks() {
    const { best, colours } = this.charts;
    /** @type {{ epoch: number, colour: string, text: string }[]} */
    const marks = this.gaps().map((epoch, index) => ({ epoch, colour: colours.red, text: index ? "" : "not a number" }));
    if (best) marks.push({ epoch: best.epoch, colour: colours["ink-soft"], text: `best: epoch ${best.epoch + 1}` });
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
    setText(this.summary, summary(this.metric, this.charts.history));
    this.showTable();
  }

  showTable() {
    const place = this.table.querySelector(".table-wrap");
    if (this.table.open && place) place.replaceChildren(...table(this.metric, this.charts.history, this.charts.runId));
  }
}

/**
 * @param {number[]} epochs
 * @param {(number | null)[]} values
 * @returns {Figure}
 */
function curve(epochs, values) {
  const points = sample(epochs, values, POINTS);
  return { type: "scatter", mode: "lines", x: points.epoch.map((epoch) => epoch + 1), y: points.value, connectgaps: false };
}

/**
 * @param {number} epoch
 * @param {number} value
 * @param {Record<string, string>} colours
 * @returns {Figure}
 */
function bestMark(epoch, value, colours) {
  return {
    type: "scatter",
    mode: "markers",
    name: "Best epoch",
    x: [epoch + 1],
    y: [value],
    cliponaxis: false,
    marker: { size: 10, color: colours.sheet, line: { color: colours.ink, width: 2 } },
  };
}

/**
 * A word at the top of a marked epoch, on the side where there is room.
 * @param {number} epoch
 * @param {string} text
 * @param {string} color
 * @param {string} background
 * @param {number} last
 * @returns {Figure}
 */
function label(epoch, text, color, background, last) {
  const left = epoch > last * 0.7;
  const place = left ? { xanchor: "right", xshift: -4 } : { xanchor: "left", xshift: 4 };
  return { x: epoch + 1, y: 1, xref: "x", yref: "paper", yanchor: "top", text, showarrow: false, bgcolor: background, font: { color, size: 12 }, ...place };
}

/**
 * @param {number[]} epochs
 * @param {(number | null)[]} values
 * @param {number} epoch
 */
function valueAt(epochs, values, epoch) {
  const index = epochs.indexOf(epoch);
  return index < 0 ? null : values[index];
}

/**
 * What a chart shows, in words.
 * @param {string} metric
 * @param {History} history
 */
export function summary(metric, history) {
  const low = prefersLow(metric);
  const sentences = [];
  for (const [, prefix, name] of ROLES) {
    const series = history.series.get(prefix + metric);
    if (!series) continue;
    let first = -1;
    let last = -1;
    let best = -1;
    series.value.forEach((value, index) => {
      if (value === null) return;
      if (first < 0) first = index;
      last = index;
      const record = best < 0 ? null : /** @type {number} */ (series.value[best]);
      if (record === null || (low ? value < record : value > record)) best = index;
    });
    if (first < 0) continue;
    const [words, at] = [`${name} ${title(metric).toLowerCase()}`, (/** @type {number} */ index) => series.epoch[index] + 1];
    sentences.push(
      first === last
        ? `${words} is ${short(series.value[first])} after epoch ${at(first)}.`
        : `${words} went from ${short(series.value[first])} (epoch ${at(first)}) to ${short(series.value[last])} ` +
            `(epoch ${at(last)}); ${low ? "lowest" : "highest"} ${short(series.value[best])} at epoch ${at(best)}.`,
    );
  }
  return sentences.join(" ") || "No value yet.";
}

/**
 * The newest epochs as a table, and where all are.
 * @param {string} metric
 * @param {History} history
 * @param {string} runId
 * @returns {HTMLElement[]}
 */
function table(metric, history, runId) {
  const names = [metric, `val_${metric}`].filter((name) => history.series.has(name));
  const epochs = history.series.get(names[0])?.epoch ?? [];
  const newest = epochs.slice(-ROWS).reverse();
  const head = make("tr", {}, make("th", { scope: "col", class: "number" }, "Epoch"));
  for (const name of names) head.append(make("th", { scope: "col", class: "number" }, name));
  const body = make("tbody");
  for (const epoch of newest) {
    const row = make("tr", {}, make("th", { scope: "row", class: "number" }, String(epoch + 1)));
    for (const name of names) {
      const value = history.valueAt(name, epoch);
      row.append(make("td", { class: "number" }, value === null ? "not a number" : short(value)));
    }
    body.append(row);
  }
  const link = make("a", { href: `/api/v1/runs/${runId}/history.csv`, download: `${runId}.csv` }, "All as CSV");
  const note = newest.length < epochs.length ? `The newest ${newest.length} of ${epochs.length} epochs. ` : "";
  return [make("table", { class: "data" }, make("thead", {}, head), body), make("p", { class: "small soft" }, note, link)];
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
