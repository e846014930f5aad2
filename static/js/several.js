// @ts-check
// "Try several": a field of a lesson's form in which more than one value stands, each of which gets a run.
//
// Numbers, words and lists are typed into the field's own input, with semicolons between (or commas, where no value
// holds one); of choices and switches the values are ticked.
import { control, parse, textOf, valueOf, write } from "./fields.js";
import { make, setText } from "./page.js";

/** @typedef {import("./fields.js").Field} Field */
/** @typedef {{ field: Field, button: Element, note: HTMLElement, ticks: HTMLElement | null, before: string }} Open */

/** @param {Field} field */
const ticked = (field) => field.kind === "choice" || field.kind === "flag";

/** Between two values: a comma is part of a list, and may be part of a text. */
const BETWEEN = /** @type {(field: Field) => RegExp} */ ((field) => (["list", "text"].includes(field.kind) ? /;/ : /[;,]/));

export class Several {
  /**
   * @param {Field[]} fields
   * @param {() => void} changed called when a field begins or ends to hold several values
   */
  constructor(fields, changed) {
    this.fields = fields;
    /** @type {Map<string, Open>} */
    this.opened = new Map();
    document.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-several]") : null;
      const field = fields.find(({ name }) => name === button?.getAttribute("data-several"));
      if (!field) return;
      if (this.tries(field)) this.close(field);
      else this.begin(field, null);
      changed();
    });
  }

  /** @param {Field} field */
  tries(field) {
    return this.opened.has(field.name);
  }

  /**
   * The different values of a field, in order; one, where several are not tried.
   * @param {Field} field
   * @returns {unknown[]}
   */
  values(field) {
    if (!this.tries(field)) return [valueOf(field)];
    const found = this.parts(field).map((text) => parse(field, text));
    return found.filter((value, place) => found.findIndex((other) => JSON.stringify(other) === JSON.stringify(value)) === place);
  }

  /** @param {Field} field */
  parts(field) {
    const ticks = this.opened.get(field.name)?.ticks;
    if (ticks) return [...ticks.querySelectorAll("input")].filter((box) => box.checked).map((box) => box.value);
    return textOf(field).split(BETWEEN(field)).map((part) => part.trim()).filter(Boolean);
  }

  /** @param {Field} field the one that the code on the page is for */
  first(field) {
    return this.tries(field) ? (this.values(field)[0] ?? parse(field, "")) : valueOf(field);
  }

  /** The fields with several values, as the API takes them. */
  grid() {
    return Object.fromEntries(this.fields.filter((field) => this.tries(field)).map((field) => [field.name, this.values(field)]));
  }

  /** How many runs there will be. */
  get count() {
    return Object.values(this.grid()).reduce((count, values) => count * values.length, 1);
  }

  /** What stands in the fields with several values, for the address. */
  texts() {
    const open = this.fields.filter((field) => this.tries(field));
    return open.map((field) => /** @type {const} */ ([field.name, this.parts(field).join(";").replace(/\s*,\s*/g, ",")]));
  }

  /** @param {URLSearchParams} query what the address says: ``try.`` and a field's name, with semicolons between values */
  open(query) {
    let any = false;
    for (const field of this.fields) {
      const text = query.get(`try.${field.name}`);
      if (text === null || this.tries(field)) continue;
      this.begin(field, text.split(BETWEEN(field)).map((part) => part.trim()).filter(Boolean));
      any = true;
    }
    if (any) this.fire();
  }

  fire() {
    document.getElementById("train")?.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /**
   * @param {Field} field
   * @param {string[] | null} values from the address; without, the one that stands there, or all of a switch
   */
  begin(field, values) {
    const input = control(field.name);
    const place = input.closest(".field");
    const button = place?.querySelector("[data-several]");
    if (!place || !button) return;
    const before = textOf(field);
    const note = make("p", { class: "several-note", id: `several-${field.name}` });
    const chosen = values ?? (field.kind === "flag" ? ["true", "false"] : [before]);
    const ticks = ticked(field) ? tickBoxes(field, input, chosen) : null;
    this.opened.set(field.name, { field, button, note, ticks, before });
    place.classList.add("trying");
    button.setAttribute("aria-pressed", "true");
    button.textContent = "One value only";
    button.before(...(ticks ? [ticks, note] : [note]));
    (ticks ?? input).dataset.pointer = `/grid/${field.name}`;
    if (ticks) delete input.dataset.pointer;
    else {
      if (values) input.value = values.join("; ");
      input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby")} ${note.id}`);
      if (!values) input.focus();
    }
  }

  /** @param {Field} field */
  close(field) {
    const open = this.opened.get(field.name);
    if (!open) return;
    const first = this.parts(field)[0] ?? open.before;
    this.opened.delete(field.name);
    const input = control(field.name);
    input.closest(".field")?.classList.remove("trying");
    input.dataset.pointer = `/params/${field.name}`;
    input.setAttribute("aria-describedby", (input.getAttribute("aria-describedby") ?? "").replace(` ${open.note.id}`, ""));
    open.ticks?.remove();
    open.note.remove();
    open.button.setAttribute("aria-pressed", "false");
    open.button.textContent = "Try several";
    write(field, field.kind === "flag" ? open.before : first);
  }

  closeAll() {
    for (const { field } of [...this.opened.values()]) this.close(field);
  }

  /** Say beside each field how many values it has. */
  show() {
    for (const { field, note, ticks } of this.opened.values()) {
      const { length } = this.values(field);
      const how = ticks ? "" : field.kind === "list" ? ", with semicolons between, as in 12, 8; 4" : ", with semicolons between";
      setText(note, `${length} ${length === 1 ? "value" : "values"}${how}`);
    }
  }
}

/**
 * A box to tick for each value that a field can have.
 * @param {Field} field
 * @param {HTMLElement} input
 * @param {string[]} chosen
 */
function tickBoxes(field, input, chosen) {
  const options =
    input instanceof HTMLSelectElement
      ? [...input.options].filter(({ value }) => value).map(({ value, text }) => /** @type {const} */ ([value, text]))
      : /** @type {const} */ ([["true", "On"], ["false", "Off"]]);
  const id = `ticks-${field.name}`;
  const group = make("div", { class: "ticks", role: "group", id, tabindex: "-1" });
  group.setAttribute("aria-label", input.closest(".field")?.querySelector("label")?.textContent ?? field.name);
  group.setAttribute("aria-describedby", `param-${field.name}-help param-${field.name}-error`);
  for (const [value, text] of options) {
    const box = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", value }));
    box.checked = chosen.includes(value);
    group.append(make("label", {}, box, text.trim()));
  }
  return group;
}
