// @ts-check
// What stands in the fields of a lesson's form: texts to values and back, as app/forms.py does.
import { byId } from "./page.js";

/** @typedef {{ name: string, kind: string, item: string | null, optional: boolean, default: unknown }} Field */

export const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** @param {string} name */
export const control = (name) => /** @type {HTMLInputElement | HTMLSelectElement} */ (byId(`param-${name}`));

/**
 * A number where the text is one, else the text itself, for the server to say what is wrong with it.
 * @param {string} kind
 * @param {string} text
 */
function scalar(kind, text) {
  const number = Number(text);
  return (kind === "integer" || kind === "number") && NUMBER.test(text) && Number.isFinite(number) ? number : text;
}

/**
 * The value that a text stands for in a field.
 * @param {Field} field
 * @param {string} text
 */
export function parse(field, text) {
  if (field.kind === "flag") return text === "true";
  if (text === "" && field.optional) return null;
  if (field.kind === "list") {
    const parts = text.replace(/^[[(]|[\])]$/g, "").split(",");
    return parts.map((part) => part.trim()).filter(Boolean).map((part) => scalar(field.item ?? "text", part));
  }
  return scalar(field.kind, text);
}

/** @param {Field} field */
export function textOf(field) {
  const input = control(field.name);
  return field.kind === "flag" ? String(/** @type {HTMLInputElement} */ (input).checked) : input.value.trim();
}

/** @param {Field} field */
export const valueOf = (field) => parse(field, textOf(field));

/**
 * @param {Field} field
 * @param {string} text
 */
export function write(field, text) {
  const input = control(field.name);
  if (field.kind === "flag") /** @type {HTMLInputElement} */ (input).checked = text === "true";
  else input.value = text;
  const slider = document.querySelector(`[data-mirror="param-${field.name}"]`);
  if (slider instanceof HTMLInputElement) slider.value = text;
}
