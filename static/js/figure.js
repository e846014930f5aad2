// @ts-check
// What Plotly is given to draw: curves, marks and their labels, as plain objects.
import { sample, smooth } from "./sample.js";

/** @typedef {import("./history.js").Series} Series */
/** @typedef {{ [axis: string]: any }} Figure */
/** @typedef {{ epoch: number, colour: string, text: string, y: 0 | 1, dash?: string }} Mark a line, and its word at the foot or top */

const POINTS = 1000;

/**
 * @param {number[]} epochs
 * @param {(number | null)[]} values
 * @returns {Figure}
 */
export function curve(epochs, values) {
  const points = sample(epochs, values, POINTS);
  return { type: "scatter", mode: "lines", x: points.epoch.map((epoch) => epoch + 1), y: points.value, connectgaps: false };
}

/**
 * The curves of all folds as one trace with gaps, so that ten of them cost no more than one.
 * @param {Series[]} curves
 * @param {number} smoothing
 * @param {string} colour
 * @returns {Figure}
 */
export function threads(curves, smoothing, colour) {
  const [x, y] = [/** @type {(number | null)[]} */ ([]), /** @type {(number | null)[]} */ ([])];
  for (const { epoch, value } of curves) {
    const points = sample(epoch, smooth(value, smoothing), Math.max(50, Math.floor(POINTS / curves.length)));
    x.push(...points.epoch.map((one) => one + 1), null);
    y.push(...points.value, null);
  }
  const line = { color: colour, width: 1 };
  return { type: "scatter", mode: "lines", name: "Folds", x, y, line, opacity: 0.4, connectgaps: false };
}

/**
 * The stretch of one standard deviation on both sides of a mean.
 * @param {number[]} epochs
 * @param {(number | null)[]} means
 * @param {number[]} deviations
 * @param {string} colour
 * @returns {Figure}
 */
export function band(epochs, means, deviations, colour) {
  const step = Math.ceil(epochs.length / (POINTS / 2));
  /** @type {[number, number, number][]} */
  const places = [];
  means.forEach((mean, index) => {
    if (mean !== null && (index % step === 0 || index === means.length - 1)) {
      places.push([epochs[index] + 1, mean - deviations[index], mean + deviations[index]]);
    }
  });
  const back = [...places].reverse();
  return {
    type: "scatter",
    mode: "lines",
    name: "Standard deviation",
    x: [...places, ...back].map(([epoch]) => epoch),
    y: [...places.map(([, low]) => low), ...back.map(([, , high]) => high)],
    line: { width: 0 },
    fill: "toself",
    fillcolor: colour,
    opacity: 0.16,
  };
}

/**
 * @param {number} epoch
 * @param {number} value
 * @param {Record<string, string>} colours
 * @returns {Figure}
 */
export function bestMark(epoch, value, colours) {
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
 * A word at a marked epoch, on the side where there is room: above the curves, or at their foot.
 * @param {Mark} mark
 * @param {string} background
 * @param {number} last
 * @returns {Figure}
 */
export function label({ epoch, text, colour, y }, background, last) {
  const side = epoch > last / 2 ? { xanchor: "right", xshift: -4 } : { xanchor: "left", xshift: 4 };
  const place = { x: epoch + 1, y, xref: "x", yref: "paper", yanchor: "bottom" };
  return { ...place, ...side, text, showarrow: false, bgcolor: background, font: { color: colour, size: 12 } };
}

/**
 * The lines where the training was resumed. The newest has words: at the top, or at the foot where the best epoch is near.
 * @param {number[]} seams epochs, from 0, ascending
 * @param {number} best the best epoch; NaN without
 * @param {number} near so few epochs apart two words would meet
 * @param {Record<string, string>} colours
 * @returns {Mark[]}
 */
export function seamMarks(seams, best, near, colours) {
  const newest = seams.at(-1);
  return seams.map((epoch) => ({
    epoch,
    colour: colours["ink-faint"],
    text: epoch === newest ? `resumed at epoch ${epoch + 1}` : "",
    y: Math.abs(epoch - best) < near ? 0 : 1,
    dash: "solid",
  }));
}

/**
 * @param {number[]} epochs
 * @param {(number | null)[]} values
 * @param {number} epoch
 */
export function valueAt(epochs, values, epoch) {
  const index = epochs.indexOf(epoch);
  return index < 0 ? null : values[index];
}

/**
 * The ticks of an axis of epochs, for Plotly: whole epochs, and none that isn't there.
 * @param {[number, number]} range from 1
 * @param {number} most about so many
 * @returns {Figure}
 */
export function epochTicks([from, to], most) {
  if (to - from > most) return { tickformat: "d", nticks: most };
  const first = Math.ceil(Math.max(1, from));
  const count = Math.max(1, Math.floor(to) - first + 1);
  return { tickmode: "array", tickvals: Array.from({ length: count }, (_, place) => first + place), tickformat: "d" };
}
