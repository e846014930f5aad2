// @ts-check
// When a run's epochs were finished, for curves over time; the same rules stand in app/runs/clocks.py.

/** @typedef {{ began: string, epoch: number[], seconds: number[] }} Told what the server knows of a run's epochs */

/** What time is counted in: from how many seconds on, how many seconds one is, and its sign. */
const UNITS = /** @type {const} */ ([
  [3 * 86400, 86400, "d"],
  [2 * 3600, 3600, "h"],
  [180, 60, "min"],
  [0, 1, "s"],
]);

/**
 * The unit for times up to so many seconds.
 * @param {number} last
 * @returns {{ size: number, sign: string }}
 */
export function unitFor(last) {
  const [, size, sign] = UNITS.find(([from]) => last >= from) ?? UNITS[3];
  return { size, sign };
}

export class Clock {
  constructor() {
    this.began = NaN;
    /** @type {number[]} */
    this.epoch = [];
    /** @type {number[]} seconds since the first epoch began */
    this.seconds = [];
  }

  /**
   * Take over what the server knows; what came in later stays.
   * @param {Told | null} told
   */
  take(told) {
    if (!told) return;
    const began = Date.parse(told.began);
    const last = told.epoch.at(-1) ?? -1;
    const from = this.epoch.findIndex((epoch) => epoch > last);
    const later = from < 0 ? [[], []] : [this.epoch.slice(from), this.seconds.slice(from)];
    const shift = (this.began - began) / 1000;
    this.began = began;
    this.epoch = [...told.epoch, ...later[0]];
    this.seconds = [...told.seconds, ...later[1].map((one) => one + shift)];
  }

  /**
   * An epoch was finished.
   * @param {number} epoch from 0
   * @param {string} time
   * @param {number} took how many seconds
   */
  add(epoch, time, took) {
    if (this.epoch.length && epoch <= this.epoch[this.epoch.length - 1]) return;
    const moment = Date.parse(time);
    if (Number.isNaN(this.began)) this.began = moment - took * 1000;
    this.epoch.push(epoch);
    this.seconds.push((moment - this.began) / 1000);
  }

  /**
   * The seconds at an epoch; between two known ones in proportion, outside of all the nearest one's.
   * @param {number} epoch from 0
   */
  at(epoch) {
    let low = 0;
    let high = this.epoch.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.epoch[middle] < epoch) low = middle + 1;
      else high = middle;
    }
    if (low === this.epoch.length) return this.seconds[low - 1];
    if (low === 0 || this.epoch[low] === epoch) return this.seconds[low];
    const share = (epoch - this.epoch[low - 1]) / (this.epoch[low] - this.epoch[low - 1]);
    return this.seconds[low - 1] + share * (this.seconds[low] - this.seconds[low - 1]);
  }
}
