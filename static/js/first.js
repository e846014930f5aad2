// @ts-check
// Stands in every page itself and runs before the first paint, so it is short: it sets the chosen theme, which would
// flash otherwise, and holds back what the page brings along after its first paint (<template data-after-paint>).
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("fitboard-theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage is closed: the system's theme it is.
  }

  const bring = () => {
    const scripts = [];
    for (const held of document.querySelectorAll("template[data-after-paint]")) {
      if (!(held instanceof HTMLTemplateElement)) continue;
      for (const script of held.content.querySelectorAll("script")) {
        scripts.push(new Promise((done) => script.addEventListener("load", done)));
      }
      held.replaceWith(held.content);
    }
    // For whoever wants to know that the page listens now: its tests.
    void Promise.all(scripts).then(() => {
      root.dataset.ready = "";
    });
  };
  document.addEventListener("DOMContentLoaded", () => {
    // No frame is drawn in a hidden tab.
    if (document.hidden) bring();
    else requestAnimationFrame(() => setTimeout(bring));
  });
})();
