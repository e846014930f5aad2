// @ts-check
// Colours for short Python listings: enough to read by, no more.

const TOKEN =
  /(?<comment>#[^\n]*)|(?<string>[rbfu]{0,2}(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))|(?<number>\b\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?\b)|(?<keyword>\b(?:and|as|assert|break|class|continue|def|del|elif|else|except|False|finally|for|from|if|import|in|is|lambda|None|not|or|pass|raise|return|True|try|while|with|yield)\b)|(?<call>\b[A-Za-z_]\w*(?=\())/gi;

/**
 * Write a listing into an element, coloured.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function showPython(element, text) {
  const parts = document.createDocumentFragment();
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > from) parts.append(text.slice(from, match.index));
    const [kind] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? ["call"];
    const span = document.createElement("span");
    span.className = `t-${kind}`;
    span.textContent = match[0];
    parts.append(span);
    from = match.index + match[0].length;
  }
  parts.append(text.slice(from));
  element.replaceChildren(parts);
}
