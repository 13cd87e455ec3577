/** JSON values as elements. */

import { Digits } from "./api.js";
import { el } from "./render.js";

const STEP = "  ";

/** Return a value pretty-printed: text as it is, anything else as JSON; `label` is for screen readers. */
export function pretty(value, label) {
  if (value === null || value === undefined) return el("p", { class: "quiet" }, "Empty.");
  const shown = typeof value === "string" ? value : printed(value, "");
  return el("pre", { class: "data", tabindex: 0, role: "region", "aria-label": label }, shown);
}

/** Return a value on one line, as plain text. */
export function inline(value) {
  return value instanceof Digits ? value.text : typeof value === "string" ? value : JSON.stringify(value, digits);
}

function digits(_, value) {
  return value instanceof Digits ? value.text : value;
}

function printed(value, indent) {
  if (value instanceof Digits) return token("number", value.text);
  if (Array.isArray(value))
    return list(
      "[",
      "]",
      value.map((item) => [printed(item, indent + STEP)]),
      indent,
    );
  if (value !== null && typeof value === "object") return list("{", "}", members(value, indent), indent);
  return token(value === null ? "null" : typeof value, JSON.stringify(value));
}

function members(value, indent) {
  return Object.entries(value).map(([name, item]) => [
    token("name", JSON.stringify(name)),
    ": ",
    printed(item, indent + STEP),
  ]);
}

function list(start, end, items, indent) {
  if (!items.length) return start + end;
  const lines = items.map((item, at) => [`\n${indent}${STEP}`, item, at < items.length - 1 ? "," : ""]);
  return [start, lines, `\n${indent}${end}`];
}

function token(kind, text) {
  return el("span", { class: `json-${kind}` }, text);
}
