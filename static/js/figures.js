// @ts-check
// What runs come to in a metric, in figures and in a sentence; the same rules stand in app/overlay.py.
import { prefersLow, short, title } from "./words.js";

/** @typedef {import("./history.js").History} History */

/**
 * A run's best value of a metric with its epoch, its last values, and how far they are apart.
 * @param {History} history
 * @param {string} metric
 * @returns {{ best: number | null, epoch: number, last: number | null, held: number | null, gap: number | null }} epochs from 0
 */
export function figures(history, metric) {
  const [train, validation] = ["", "val_"].map((prefix) => history.series.get(prefix + metric));
  const judged = validation ?? train;
  const low = prefersLow(metric);
  /** @type {number | null} */
  let best = null;
  let epoch = -1;
  judged?.value.forEach((value, index) => {
    if (value === null || (best !== null && (low ? value >= best : value <= best))) return;
    best = value;
    epoch = judged.epoch[index];
  });
  const [last, held] = [train?.value.at(-1) ?? null, validation?.value.at(-1) ?? null];
  return { best, epoch, last, held, gap: last === null || held === null ? null : last - held };
}

/**
 * Which run came out best in a metric, and which worst.
 * @param {string} metric
 * @param {{ label: string, best: number | null }[]} runs
 */
export function verdict(metric, runs) {
  const low = prefersLow(metric);
  const known = runs.filter(({ best }) => best !== null);
  known.sort((a, b) => ((a.best ?? 0) - (b.best ?? 0)) * (low ? 1 : -1));
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last) return "No value yet.";
  const words = `${low ? "Lowest" : "Highest"} ${title(metric).toLowerCase()}: ${short(first.best)} with ${first.label}`;
  return known.length === 1 ? `${words}.` : `${words}; the other end is ${short(last.best)} with ${last.label}.`;
}
