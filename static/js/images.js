// @ts-check
// A chart as a picture to take away: Plotly draws it anew with its title and legend, and the browser saves it.
import { make } from "./page.js";
import { title } from "./words.js";

/** @typedef {import("./chart.js").Chart} Chart */

const SIZE = { width: 960, height: 480 };
const FORMATS = /** @type {const} */ ([
  ["png", "PNG"],
  ["svg", "SVG"],
]);

/**
 * The buttons below a chart that save it as it is seen: with its smoothing, its zoom and the theme's colours.
 * @param {Chart} chart
 */
export function imageButtons(chart) {
  const buttons = FORMATS.map(([format, name]) => {
    const button = make("button", { type: "button", class: "plain" }, name, make("span", { class: "unseen" }, ` of ${title(chart.metric)}`));
    button.addEventListener("click", () => void save(chart, format));
    return button;
  });
  return make("p", { class: "chart-images needs-js" }, "Save as ", ...buttons);
}

/**
 * @param {Chart} chart
 * @param {"png" | "svg"} format
 */
async function save(chart, format) {
  const { plotly, colours, runId } = chart.charts;
  if (!plotly) return;
  const layout = chart.layout();
  const heading = document.querySelector("h1")?.textContent ?? "";
  const words = { color: colours.ink, size: 16 };
  const figure = {
    data: chart.traces(),
    layout: {
      ...layout,
      ...SIZE,
      margin: { l: 64, r: 24, t: 84, b: 56 },
      paper_bgcolor: colours.sheet,
      plot_bgcolor: colours.sheet,
      title: { text: escaped(`${title(chart.metric)} \u00b7 ${heading}`), font: words, x: 0.02, xanchor: "left" },
      showlegend: true,
      legend: { orientation: "h", x: 1, xanchor: "right", y: 1.02, yanchor: "bottom" },
      xaxis: { ...layout.xaxis, title: { text: "Epoch" } },
    },
  };
  const address = await plotly.toImage(figure, { format, ...SIZE, scale: format === "png" ? 2 : 1 });
  const link = make("a", { href: address, download: `${runId}-${chart.metric}.${format}` });
  link.click();
}

/**
 * Plotly reads some tags in its texts; a run's name has none.
 * @param {string} text
 */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** Menus of this page close as menus do: with Escape, and with a click elsewhere. */
export function closeMenus() {
  const open = () => /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("details.menu[open]"));
  document.addEventListener("click", ({ target }) => {
    for (const menu of open()) if (!(target instanceof Node && menu.contains(target)) || (target instanceof Element && target.closest("a"))) menu.open = false;
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}
