// @ts-check
// What a chart shows, for who reads instead of looking: a sentence per curve, and a table.
import { make } from "./page.js";
import { prefersLow, short, title } from "./words.js";

/** @typedef {import("./history.js").History} History */

const ROWS = 300;
const NAMED = 5;

/** The two curves of a metric: class, prefix of the name in Keras, words. */
export const ROLES = /** @type {const} */ ([
  ["train", "", "Training"],
  ["validation", "val_", "Validation"],
]);

/**
 * What a chart shows, in words.
 * @param {string} metric
 * @param {History} history
 * @param {number[]} [seams] the epochs, from 0, at which the training was resumed
 */
export function summary(metric, history, seams = []) {
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
    const whose = whoseMean(history, prefix + metric);
    const [words, at] = [`${name} ${title(metric).toLowerCase()}${whose}`, (/** @type {number} */ index) => series.epoch[index] + 1];
    sentences.push(
      first === last
        ? `${words} is ${short(series.value[first])} after epoch ${at(first)}.`
        : `${words} went from ${short(series.value[first])} (epoch ${at(first)}) to ${short(series.value[last])} ` +
            `(epoch ${at(last)}); ${low ? "lowest" : "highest"} ${short(series.value[best])} at epoch ${at(best)}.`,
    );
    const apart = deviationAt(history, prefix + metric, series.epoch[last]);
    if (apart !== null) sentences.push(`Its standard deviation over the folds is ${short(apart)} then.`);
  }
  return [sentences.join(" ") || "No value yet.", resumed(seams)].filter(Boolean).join(" ");
}

/**
 * Where an epoch is, in words.
 * @param {{ epoch: number, fold?: number }} place both from 0
 */
export function placeOf({ epoch, fold }) {
  return fold === undefined ? `epoch ${epoch + 1}` : `fold ${fold + 1}, epoch ${epoch + 1}`;
}

/**
 * The standard deviation over the folds behind a mean, ready to stand beside it; empty where there are no two.
 * @param {History} history
 * @param {string} name
 * @param {number} epoch from 0
 */
export function around(history, name, epoch) {
  const deviation = deviationAt(history, name, epoch);
  return deviation === null ? "" : `± ${short(deviation)}`;
}

/** @type {(history: History, name: string, epoch: number) => number | null} */
function deviationAt({ folds }, name, epoch) {
  const spread = folds?.spread(name);
  if (!folds || !spread) return null;
  const place = Math.min(Math.floor(epoch / folds.stride), spread.epoch.length - 1);
  return spread.count[place] > 1 && spread.mean[place] !== null ? spread.deviation[place] : null;
}

/** @type {(history: History, name: string) => string} */
function whoseMean({ folds }, name) {
  const counts = folds?.spread(name)?.count;
  if (!counts) return "";
  let [fewest, most] = [Infinity, 0];
  for (const count of counts) [fewest, most] = [Math.min(fewest, count), Math.max(most, count)];
  if (most === 1) return ", of one fold,";
  return `, the mean of ${fewest === most ? most : `${fewest} to ${most}`} folds,`;
}

/**
 * Where the training was resumed, in a sentence; of many only the latest are named.
 * @param {number[]} seams epochs, from 0
 */
export function resumed(seams) {
  if (!seams.length) return "";
  const named = seams.slice(-NAMED).map((epoch) => String(epoch + 1));
  const before = seams.length > NAMED ? `${seams.length} times, the latest ` : "";
  const listed = named.length > 1 ? `${named.slice(0, -1).join(", ")} and ${named.at(-1)}` : named[0];
  return `The training was resumed ${before}at epoch ${listed}.`;
}

/**
 * The newest epochs as a table, and where all are.
 * @param {string} metric
 * @param {History} history
 * @param {string} runId
 * @returns {HTMLElement[]}
 */
export function table(metric, history, runId) {
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
      const words = value === null ? "not a number" : [short(value), around(history, name, epoch)].join(" ").trimEnd();
      row.append(make("td", { class: "number" }, words));
    }
    body.append(row);
  }
  const link = make("a", { href: `/api/v1/runs/${runId}/history.csv`, download: `${runId}.csv` }, "All as CSV");
  const note = newest.length < epochs.length ? `The newest ${newest.length} of ${epochs.length} epochs. ` : "";
  return [make("table", { class: "data" }, make("thead", {}, head), body), make("p", { class: "small soft" }, note, link)];
}
