// @ts-check
// One metric of many runs in one chart: a colour for each run, training solid and validation dashed.
import { ROLES } from "./charttext.js";
import { unitFor } from "./clock.js";
import { curve, epochTicks } from "./figure.js";
import { make } from "./page.js";
import { palette, plotly } from "./plotly.js";

/** @typedef {import("./history.js").History} History */
/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {{ id: string, label: string, colour: number, history: History, clock: Clock }} Drawn */

const COLOURS = Array.from({ length: 10 }, (_, place) => `series-${place}`);
const CONFIG = { displayModeBar: false, displaylogo: false, showSendToCloud: false, doubleClick: "autosize" };
const SHARE = 4; // the chart may use one part in so many of the time

export class Overlay {
  /**
   * @param {HTMLElement} plot where the chart stands
   * @param {Drawn[]} runs
   * @param {string} metric
   */
  constructor(plot, runs, metric) {
    this.plot = plot;
    this.runs = runs;
    this.metric = metric;
    this.log = false;
    this.timed = false; // over time, not over epochs
    /** @type {Record<string, boolean>} */
    this.shown = { train: true, validation: true };
    this.lit = "";
    this.timer = 0;
    this.took = 0;
    this.canvas = make("div", { class: "canvas" });
    this.colours = palette(COLOURS);
    /** @type {any} */
    this.plotly = null;
    new ResizeObserver(() => this.soon()).observe(plot);
    document.addEventListener("theme", () => {
      this.colours = palette(COLOURS);
      this.soon();
    });
    void plotly().then((found) => {
      this.plotly = found;
      this.soon();
    });
  }

  /** Something has changed: draw in a moment, the later the longer the last drawing took. */
  soon() {
    if (this.timer) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      requestAnimationFrame(() => this.draw());
    }, this.took * SHARE);
  }

  draw() {
    const traces = this.traces();
    if (!this.plotly || !traces.length) return;
    const start = performance.now();
    if (!this.canvas.isConnected) this.plot.replaceChildren(this.canvas);
    void this.plotly.react(this.canvas, traces, this.layout(this.timed ? this.inTime(traces) : ""), CONFIG);
    this.plot.dataset.drawn = "true";
    this.took = performance.now() - start;
  }

  traces() {
    /** @type {any[]} */
    const traces = [];
    for (const run of this.runs) {
      for (const [role, prefix, name] of ROLES) {
        const series = run.history.series.get(prefix + this.metric);
        if (!this.shown[role] || !series?.epoch.length || (this.timed && !run.clock.epoch.length)) continue;
        const colour = this.colours[`series-${run.colour}`];
        const lit = !this.lit || this.lit === run.id;
        traces.push({
          ...curve(series.epoch, series.value),
          name: `${run.label}, ${name.toLowerCase()}`,
          meta: run.id,
          opacity: lit ? 1 : 0.15,
          line: { color: colour, width: this.lit === run.id ? 3 : 2, dash: role === "train" ? "solid" : "6px,4px" },
          ...(series.epoch.length === 1 ? { mode: "markers", marker: { color: colour, size: 7 } } : {}),
        });
      }
    }
    return traces;
  }

  /** The newest epoch of all runs, from 1. */
  get last() {
    return Math.max(1, ...this.runs.map(({ history }) => history.last + 1));
  }

  /**
   * Put curves over time; returns the unit's sign.
   * @param {{ x: number[], meta: string }[]} traces
   */
  inTime(traces) {
    const clocks = new Map(this.runs.map(({ id, clock }) => [id, clock]));
    let last = 0;
    for (const trace of traces) {
      trace.x = trace.x.map((epoch) => clocks.get(trace.meta)?.at(epoch - 1) ?? 0);
      last = Math.max(last, trace.x[trace.x.length - 1]);
    }
    const { size, sign } = unitFor(last);
    for (const trace of traces) trace.x = trace.x.map((seconds) => seconds / size);
    return ` ${sign}`;
  }

  /** @param {string} unit behind each tick below the chart; none where epochs are counted */
  layout(unit) {
    const { colours, log } = this;
    return {
      width: this.plot.clientWidth,
      height: this.plot.clientHeight,
      margin: { l: 54, r: 14, t: 12, b: 32 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.documentElement).fontFamily, size: 12, color: colours["ink-faint"] },
      showlegend: false,
      hovermode: false,
      dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
      uirevision: `overlay${unit}`,
      xaxis: {
        showgrid: false,
        zeroline: false,
        showline: true,
        linecolor: colours["line-strong"],
        ticks: "outside",
        ticklen: 4,
        tickcolor: colours["line-strong"],
        ...(unit ? { ticksuffix: unit, rangemode: "tozero", nticks: 10 } : epochTicks([1, this.last], 10)),
      },
      yaxis: { type: log ? "log" : "linear", gridcolor: colours.grid, zeroline: false, nticks: 6, tickformat: log ? "~g" : "", fixedrange: true },
    };
  }
}
