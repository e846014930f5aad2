// @ts-check
// Runs before the first paint, so that a chosen theme doesn't flash. A classic script: modules come too late.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("fitboard-theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage is closed: the system's theme it is.
  }
})();
