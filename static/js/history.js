// @ts-check
// A run's metrics in the browser: one pair of arrays per metric, each epoch once; of a cross-validation the means.
import { Folds } from "./folds.js";

/** @typedef {{ epoch: number[], value: (number | null)[] }} Series */

export class History {
  /**
   * @param {Record<string, Series>} series
   * @param {{ stride: number, parts: Record<string, Series>[] } | null} [folds] the curves that the series are the mean of
   */
  constructor(series, folds = null) {
    /** @type {Map<string, Series>} */
    this.series = new Map(Object.entries(series));
    this.folds = folds && new Folds(folds);
  }

  /**
   * Take an epoch in. One that is known already, from an attempt that was repeated, is replaced.
   * @param {number} epoch from 0
   * @param {Record<string, number | null>} metrics
   * @param {number} [fold] from 0, where the run has folds
   */
  add(epoch, metrics, fold) {
    if (fold === undefined) this.put(epoch, metrics);
    else {
      this.folds ??= new Folds({ stride: 1, parts: [] });
      const means = this.folds.add(fold, epoch, metrics);
      if (means) this.put(epoch, means);
    }
  }

  /**
   * @param {number} epoch
   * @param {Record<string, number | null>} metrics
   */
  put(epoch, metrics) {
    for (const [name, value] of Object.entries(metrics)) {
      let one = this.series.get(name);
      if (!one) this.series.set(name, (one = { epoch: [], value: [] }));
      const last = one.epoch.length ? one.epoch[one.epoch.length - 1] : -1;
      if (epoch > last) {
        one.epoch.push(epoch);
        one.value.push(value);
      } else {
        const index = at(one.epoch, epoch);
        if (one.epoch[index] === epoch) one.value[index] = value;
        else {
          one.epoch.splice(index, 0, epoch);
          one.value.splice(index, 0, value);
        }
      }
    }
  }

  /** The metrics that get a chart: each without its ``val_`` twin, loss and accuracy first. */
  pairs() {
    const names = new Set([...this.series.keys()].map((name) => name.replace(/^val_/, "")));
    return [...names].sort((a, b) => rank(a) - rank(b));
  }

  /** The newest epoch, from 0; -1 before the first. */
  get last() {
    let last = -1;
    for (const { epoch } of this.series.values()) if (epoch.length) last = Math.max(last, epoch[epoch.length - 1]);
    return last;
  }

  /**
   * The value at an epoch, or at the nearest epoch before it.
   * @param {string} name
   * @param {number} epoch
   * @returns {number | null | undefined} undefined where there is none
   */
  valueAt(name, epoch) {
    const one = this.series.get(name);
    if (!one?.epoch.length) return undefined;
    const index = at(one.epoch, epoch);
    return one.value[one.epoch[index] === epoch ? index : Math.max(0, index - 1)];
  }
}

/** @param {string} name */
const rank = (name) => ({ loss: 0, accuracy: 1, learning_rate: 3 })[name] ?? 2;

/**
 * The first place whose epoch isn't below the one sought.
 * @param {number[]} epochs ascending
 * @param {number} epoch
 */
function at(epochs, epoch) {
  let low = 0;
  let high = epochs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (epochs[middle] < epoch) low = middle + 1;
    else high = middle;
  }
  return low;
}
