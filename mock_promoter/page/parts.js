/** Small parts that several views are made of. */

import { inline } from "./json.js";
import { el } from "./render.js";
import { act } from "./say.js";

/** Return a button that does something and tells what came of it. */
export function button(label, doing, attributes = {}) {
  return el("button", { type: "button", ...attributes, on: { click: () => act(doing) } }, label);
}

/** Return names and values; a value that is `null` is left out with its name. */
export function facts(pairs) {
  const shown = pairs.filter(([, value]) => value !== null && value !== "" && value !== undefined);
  return el(
    "dl",
    { class: "facts" },
    shown.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]),
  );
}

/** Return the members of an object as names and values. */
export function members(value) {
  const pairs = Object.entries(value);
  if (!pairs.length) return el("p", { class: "quiet" }, "None.");
  return el(
    "dl",
    { class: "facts mono" },
    pairs.map(([name, item]) => [el("dt", {}, name), el("dd", {}, inline(item))]),
  );
}

/** Return a small word that stands out; `tone` is good, bad, warn or plain. */
export function tag(words, tone = "plain") {
  return el("span", { class: `tag ${tone}` }, words);
}

/** Return a part of what is open, under a heading; others may come and go before it. */
export function part(title, ...content) {
  return headed("h3", title, content);
}

/** Return a part of a view, under a heading of the level that is due there. */
export function headed(level, title, ...content) {
  return el("section", { class: "part", key: title }, el(level, {}, title), content);
}

/** Return a labelled control; its name is its own on the page. */
export function field(label, control, hint = null) {
  const id = `field-${control.attributes.name}`;
  const described = hint && `${id}-hint`;
  const named = { ...control, attributes: { ...control.attributes, id, "aria-describedby": described } };
  return el(
    "div",
    { class: "field" },
    el("label", { for: id }, label),
    named,
    hint && el("small", { id: described }, hint),
  );
}

/** Return a choice among `[value, words]`. */
export function select(name, options, attributes = {}) {
  return el(
    "select",
    { name, ...attributes },
    options.map(([value, words]) => el("option", { value }, words)),
  );
}

/** Return a form that does something with its data, and tells what came of it. */
export function form(doing, attributes, ...content) {
  const submit = async (event) => {
    event.preventDefault();
    const sent = event.target;
    const done = await act(() => doing(new FormData(sent)));
    if (done && sent.dataset.clears !== undefined) sent.reset();
  };
  return el("form", { ...attributes, on: { submit, ...attributes.on } }, content);
}

/** Return the JSON value of a field; nothing where it is empty. Throws where it is no JSON. */
export function jsonOf(text, label) {
  if (!text?.trim()) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${label} is no JSON: ${error.message}`);
  }
}
