// @ts-check
// Plotly's script, and the page's colours, for it to draw with.
import { make } from "./page.js";

/**
 * Plotly, once its script has run. The script is large: the page has asked the browser to fetch it already.
 * @returns {Promise<any>}
 */
export async function plotly() {
  const address = document.querySelector("link[data-plotly]")?.getAttribute("href");
  if (!address) throw new Error("This page names no Plotly");
  const script = make("script", { src: address });
  const loaded = new Promise((done) => script.addEventListener("load", done));
  // While it starts, it throws a few errors that it catches itself. To note where each came from, the browser would
  // parse the whole script again, every time: a third of the wait for the first chart. Without a limit there is no
  // note. (A browser that has no such limit has no such note either.)
  const errors = /** @type {{ stackTraceLimit?: number }} */ (Error);
  const { stackTraceLimit } = errors;
  delete errors.stackTraceLimit;
  document.head.append(script);
  await loaded;
  if (stackTraceLimit !== undefined) errors.stackTraceLimit = stackTraceLimit;
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

/**
 * The colours that charts are drawn with, as the theme has them now.
 * @param {string[]} more names of further ones
 */
export const palette = (more = []) =>
  Object.fromEntries(
    ["train", "validation", "ink", "ink-soft", "ink-faint", "grid", "line-strong", "sheet", "red", ...more].map((name) => [name, colour(name)]),
  );

