// @ts-check
// How values are written; the same rules stand in app/pages/words.py and app/charts.py.

/**
 * A length of time in at most two units.
 * @param {number | null | undefined} seconds
 * @returns {string}
 */
export function duration(seconds) {
  if (seconds == null) return "—";
  if (seconds < 0.05) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`.replace(".0 s", " s");
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes === 0) return `${whole} s`;
  const hours = Math.floor(minutes / 60);
  if (hours === 0) return two(minutes, "min", whole % 60, "s");
  const days = Math.floor(hours / 24);
  return days === 0 ? two(hours, "h", minutes % 60, "min") : two(days, "d", hours % 24, "h");
}

/** @type {(large: number, unit: string, small: number, part: string) => string} */
const two = (large, unit, small, part) => (small ? `${large} ${unit} ${small} ${part}` : `${large} ${unit}`);

/**
 * A file's size in decimal units.
 * @param {number} count
 * @returns {string}
 */
export function size(count) {
  const units = ["B", "kB", "MB", "GB"];
  let place = 0;
  for (; place < units.length - 1 && count >= 999.5; place += 1) count /= 1000;
  return `${place === 0 || count >= 10 ? count.toFixed(0) : count.toFixed(1)} ${units[place]}`;
}

/**
 * A metric's value in four significant digits.
 * @param {number | null | undefined} value
 * @returns {string}
 */
export function short(value) {
  if (value == null) return "—";
  if (value === 0) return "0";
  const size = Math.floor(Math.log10(Math.abs(value)));
  if (size < -4 || size > 6) return value.toExponential(3).replace("e+", "e");
  if (size > 0) return value.toFixed(Math.max(0, 3 - size));
  return value.toFixed(size >= -2 ? 4 : 6);
}

/**
 * A metric's name for people.
 * @param {string} metric
 * @returns {string}
 */
export function title(metric) {
  const words = metric.replaceAll("_", " ");
  return capitalised(words.toLowerCase());
}

/**
 * Whether less is better.
 * @param {string} metric
 */
export function prefersLow(metric) {
  return !/acc|auc|precision|recall|f1|r2|iou/.test(metric);
}

/**
 * How long ago a moment was, or its date when that says more.
 * @param {Date} moment
 * @param {Date} now
 * @returns {string}
 */
export function ago(moment, now) {
  const seconds = (now.getTime() - moment.getTime()) / 1000;
  if (seconds < 45) return "just now";
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 86400) return `${Math.round(seconds / 3600)} h ago`;
  const sameYear = moment.getFullYear() === now.getFullYear();
  return moment.toLocaleDateString(undefined, { day: "numeric", month: "short", year: sameYear ? undefined : "numeric" });
}

/**
 * The time of day, in the reader's own zone.
 * @param {Date} moment
 */
export function clock(moment) {
  return moment.toLocaleTimeString("en-GB");
}

/** The words for a run's status. */
const STATUS = Object.freeze(
  /** @type {Record<string, string>} */ ({
    queued: "Queued",
    running: "Running",
    paused: "Paused",
    completed: "Completed",
    failed: "Failed",
    canceled: "Canceled",
  }),
);

/** What a running run is called whose worker was asked for something, by the reason. */
const ASKED = Object.freeze(
  /** @type {Record<string, string>} */ ({ "cancel-requested": "Stopping", "pause-requested": "Pausing" }),
);

/**
 * The word for a status; while a worker is asked for something, for that.
 * @param {string} status
 * @param {string | null} reason
 */
export function statusWord(status, reason) {
  return (status === "running" && ASKED[reason ?? ""]) || (STATUS[status] ?? status);
}

/**
 * Whether nothing more will happen by itself.
 * @param {string} status
 */
export function ended(status) {
  return status === "completed" || status === "failed" || status === "canceled";
}

/** @typedef {{ epoch: number, fold?: number, folds?: number }} Place both from 0 */

/**
 * How far a training is, in words: ``fold 2 of 10, epoch 7 of 150``.
 * @param {Place} place
 * @param {number | undefined} epochs
 */
export function epochWords({ epoch, fold, folds }, epochs) {
  return `${fold === undefined ? "" : `fold ${fold + 1} of ${folds}, `}epoch ${epoch + 1}${epochs === undefined ? "" : ` of ${epochs}`}`;
}

/**
 * The same for a progress bar: its end, and where it stands.
 * @param {Place} place
 * @param {number | undefined} epochs
 * @returns {[number, number]}
 */
export function progressOf({ epoch, fold, folds }, epochs) {
  if (fold === undefined || folds === undefined) return [epochs ?? 1, epoch + 1];
  return [folds, fold + (epoch + 1) / (epochs ?? epoch + 1)];
}

/** @param {string} words */
export const capitalised = (words) => words.charAt(0).toUpperCase() + words.slice(1);

/**
 * Write a status into its chip.
 * @param {Element | null} chip
 * @param {string} status
 * @param {string | null} reason
 */
export function setChip(chip, status, reason) {
  if (!chip) return;
  chip.className = `chip ${status}`;
  chip.textContent = statusWord(status, reason);
}
