// @ts-check
// A form for one row of a table: a field per column.
import { make } from "./page.js";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const DEBOUNCE = 150;

/**
 * Build the fields.
 * @param {HTMLFormElement} form
 * @param {string[]} columns
 * @param {(row: number[]) => void} changed gets the row whenever all its values are numbers
 * @returns {(row: number[]) => void} fills the fields in
 */
export function rowForm(form, columns, changed) {
  const inputs = columns.map((_name, index) =>
    /** @type {HTMLInputElement} */ (make("input", { class: "input", id: `column-${index}`, inputmode: "decimal", spellcheck: "false" })));
  const fields = columns.map((name, index) =>
    make("div", { class: "field" }, make("label", { for: `column-${index}` }, name), inputs[index]));
  form.replaceChildren(...fields);
  let timer = 0;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      let whole = true;
      for (const input of inputs) {
        const fits = NUMBER.test(input.value.trim());
        whole &&= fits;
        if (fits) input.removeAttribute("aria-invalid");
        else input.setAttribute("aria-invalid", "true");
      }
      if (whole) changed(inputs.map((input) => Number(input.value)));
    }, DEBOUNCE);
  });
  return (row) => row.forEach((value, index) => {
    inputs[index].value = String(value);
    inputs[index].removeAttribute("aria-invalid");
  });
}
