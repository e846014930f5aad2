// @ts-check
// What every page has: the theme switch, times in the reader's own zone, copy buttons.
import { announce } from "./page.js";
import { ago, clock } from "./words.js";

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

document.getElementById("theme-toggle")?.addEventListener("click", () => {
  const now = root.dataset.theme ?? (dark.matches ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  root.dataset.theme = next;
  try {
    localStorage.setItem("fitboard-theme", next);
  } catch {
    // Storage is closed: it holds for this page.
  }
  announce(next === "dark" ? "Dark colours" : "Light colours");
  document.dispatchEvent(new CustomEvent("theme"));
});
dark.addEventListener("change", () => document.dispatchEvent(new CustomEvent("theme")));

function tellTimes() {
  const now = new Date();
  for (const node of document.querySelectorAll("time[data-ago]")) {
    const moment = new Date(node.getAttribute("datetime") ?? "");
    if (Number.isNaN(moment.getTime())) continue;
    const words = ago(moment, now);
    if (node.textContent !== words) node.textContent = words;
    if (!node.hasAttribute("title")) node.setAttribute("title", moment.toLocaleString());
  }
}

for (const node of document.querySelectorAll("time[data-clock]")) {
  node.textContent = clock(new Date(node.getAttribute("datetime") ?? ""));
}
tellTimes();
setInterval(tellTimes, 20_000);
document.addEventListener("parts", tellTimes);

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  const label = button?.querySelector("span");
  if (!button || !label) return;
  const text = button.parentElement?.querySelector("code")?.textContent ?? "";
  label.textContent = (await copy(text)) ? "Copied" : "Press Ctrl C";
  announce(label.textContent);
  setTimeout(() => {
    label.textContent = "Copy";
  }, 1800);
});

/**
 * Put a text on the clipboard, also where the page isn't in a secure context.
 * @param {string} text
 * @returns {Promise<boolean>}
 */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "unseen";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
