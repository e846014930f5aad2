// @ts-check
// Fewer points with the same look: smoothing first, then the lowest and highest of each stretch.

/** @typedef {import("./history.js").Series} Series */

/**
 * An exponential moving average, without the drag towards zero at its beginning.
 * @param {(number | null)[]} values
 * @param {number} weight 0 (none) to just under 1
 * @returns {(number | null)[]}
 */
export function smooth(values, weight) {
  if (weight <= 0) return values;
  let mean = 0;
  let share = 1;
  return values.map((value) => {
    if (value === null) return null;
    mean = mean * weight + value * (1 - weight);
    share *= weight;
    return mean / (1 - share);
  });
}

/**
 * At most ``points`` points, with no peak and no valley lost; a value that isn't finite stays as a gap.
 * @param {number[]} epochs
 * @param {(number | null)[]} values
 * @param {number} points
 * @returns {Series}
 */
export function sample(epochs, values, points) {
  const size = epochs.length;
  if (size <= points) return { epoch: epochs, value: values };
  const buckets = Math.floor((points - 2) / 2);
  const kept = [0];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = Math.floor((bucket * size) / buckets);
    const stop = Math.floor(((bucket + 1) * size) / buckets);
    let low = -1;
    let high = -1;
    let gap = -1;
    for (let index = start; index < stop; index++) {
      const value = values[index];
      if (value === null) {
        if (gap < 0) gap = index;
      } else {
        if (low < 0 || value < /** @type {number} */ (values[low])) low = index;
        if (high < 0 || value > /** @type {number} */ (values[high])) high = index;
      }
    }
    const chosen = gap >= 0 ? [low, gap] : [low, high];
    chosen.sort((a, b) => a - b);
    for (const index of chosen) if (index > kept[kept.length - 1]) kept.push(index);
  }
  if (kept[kept.length - 1] !== size - 1) kept.push(size - 1);
  return { epoch: kept.map((index) => epochs[index]), value: kept.map((index) => values[index]) };
}
