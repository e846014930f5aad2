// @ts-check
// The folds of a cross-validation in the browser: the curves of each, their mean, and how far they lie apart.

/** @typedef {import("./history.js").Series} Series */
/** @typedef {{ epoch: number[], mean: (number | null)[], deviation: number[], count: number[] }} Spread */

export class Folds {
  /**
   * @param {{ stride: number, parts: Record<string, Series>[] }} known the curves so far, at every ``stride``-th epoch
   */
  constructor({ stride, parts }) {
    this.stride = stride;
    /** @type {Map<string, (number | null)[]>[]} by fold and metric: a value for each epoch of the stride */
    this.parts = [];
    /** @type {Map<string, Spread>} */
    this.spreads = new Map();
    parts.forEach((part, fold) => {
      for (const [name, { epoch, value }] of Object.entries(part)) {
        epoch.forEach((one, index) => this.add(fold, one, { [name]: value[index] }));
      }
    });
  }

  /**
   * Take an epoch of a fold in; one that isn't of the stride is left out.
   * @param {number} fold from 0
   * @param {number} epoch from 0
   * @param {Record<string, number | null>} metrics
   * @returns {Record<string, number | null> | null} the means at this epoch over the folds that have it
   */
  add(fold, epoch, metrics) {
    if (epoch % this.stride) return null;
    const place = epoch / this.stride;
    while (this.parts.length <= fold) this.parts.push(new Map());
    /** @type {Record<string, number | null>} */
    const means = {};
    for (const [name, value] of Object.entries(metrics)) {
      let values = this.parts[fold].get(name);
      if (!values) this.parts[fold].set(name, (values = []));
      while (values.length < place) values.push(null);
      values[place] = value;
      means[name] = this.settle(name, place);
    }
    return means;
  }

  /** How many folds have begun. */
  get size() {
    return this.parts.length;
  }

  /**
   * The curves of a metric, fold by fold.
   * @param {string} name
   * @returns {Series[]}
   */
  curves(name) {
    const found = [];
    for (const part of this.parts) {
      const value = part.get(name);
      if (value) found.push({ epoch: [...value.keys()].map((place) => place * this.stride), value });
    }
    return found;
  }

  /**
   * Mean and standard deviation of a metric over the folds.
   * @param {string} name
   */
  spread(name) {
    return this.spreads.get(name);
  }

  /**
   * @param {string} name
   * @param {number} place
   */
  settle(name, place) {
    const values = [];
    for (const part of this.parts) {
      const value = part.get(name)?.[place];
      if (value !== undefined) values.push(value);
    }
    let spread = this.spreads.get(name);
    if (!spread) this.spreads.set(name, (spread = { epoch: [], mean: [], deviation: [], count: [] }));
    const finite = /** @type {number[]} */ (values.filter((value) => value !== null));
    const mean = finite.length < values.length ? null : total(finite) / finite.length;
    while (spread.epoch.length < place) {
      spread.epoch.push(spread.epoch.length * this.stride);
      spread.mean.push(null);
      spread.count.push(0);
      spread.deviation.push(0);
    }
    spread.epoch[place] = place * this.stride;
    spread.mean[place] = mean;
    spread.count[place] = values.length;
    spread.deviation[place] = mean === null ? 0 : Math.sqrt(total(finite.map((value) => (value - mean) ** 2)) / finite.length);
    return mean;
  }
}

/** @param {number[]} values */
const total = (values) => values.reduce((sum, value) => sum + value, 0);
