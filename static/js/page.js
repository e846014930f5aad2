// @ts-check
// What every page's module needs of the document: finding, telling, reading data, taking parts from the server.

/**
 * The element with an id; a missing one is a mistake in the template.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`There is no #${id} on this page`);
  return found;
}

/**
 * The data that the server put into the page.
 * @param {string} id
 * @returns {any}
 */
export function dataOf(id) {
  return JSON.parse(byId(id).textContent ?? "null");
}

/**
 * Set a text only if it changed: an untouched node costs no layout.
 * @param {Element | null} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

/**
 * Make an element.
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} children
 * @returns {HTMLElement}
 */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/**
 * Tell people who listen to the page, once they are done with what they hear.
 * @param {string} text
 */
export function announce(text) {
  byId("polite").textContent = text;
}

/**
 * Run a function at most once per interval: now if it's long ago, else when the interval is over.
 * @param {() => void} action
 * @param {number} milliseconds
 * @returns {() => void}
 */
export function atMostEvery(milliseconds, action) {
  let last = -Infinity;
  let timer = 0;
  return () => {
    if (timer) return;
    const wait = Math.max(0, last + milliseconds - performance.now());
    timer = window.setTimeout(() => {
      timer = 0;
      last = performance.now();
      action();
    }, wait);
  };
}

/**
 * Fetch an address as a document, or null when that isn't possible now.
 * @param {string} address
 * @returns {Promise<Document | null>}
 */
export async function fetchPage(address) {
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    if (!response.ok) return null;
    return new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    return null;
  }
}

/**
 * Put another element in a place; focus that was inside stays on the element with the same id, and what was opened stays
 * open.
 * @param {Element} old
 * @param {Element} fresh
 */
export function swap(old, fresh) {
  if (old.outerHTML === fresh.outerHTML) return;
  const focused = old.contains(document.activeElement) ? document.activeElement?.id : "";
  for (const opened of old.querySelectorAll("details[id][open]")) {
    fresh.querySelector(`details#${CSS.escape(opened.id)}`)?.setAttribute("open", "");
  }
  old.replaceWith(fresh);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/**
 * Take over every part (``data-part``) of a fetched page that differs from ours.
 * @param {Document} fetched
 * @param {(name: string) => boolean} wanted
 */
export function takeParts(fetched, wanted = () => true) {
  for (const fresh of fetched.querySelectorAll("[data-part]")) {
    const name = fresh.getAttribute("data-part") ?? "";
    const old = document.querySelector(`[data-part="${name}"]`);
    if (old && wanted(name)) swap(old, document.importNode(fresh, true));
  }
  document.dispatchEvent(new CustomEvent("parts"));
}
