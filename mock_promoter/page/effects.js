/** The effects that a fault can have, the fields of each, and how they are put into words. */

import { inline } from "./json.js";
import { field, jsonOf } from "./parts.js";
import { el } from "./render.js";

const STATUS = number("status", "Status", { min: 200, max: 599, required: true, value: "503" });
const GATEWAY = number("status", "Status", { min: 200, max: 599, value: "502" });
const SECONDS = number("seconds", "Seconds", { min: 0, max: 3600, step: "any", required: true, value: "2" });
const JITTER = number("jitter_seconds", "Jitter in seconds", { min: 0, max: 3600, step: "any", placeholder: "0" });
const DRIBBLE = el(
  "label",
  { class: "inline" },
  el("input", { type: "checkbox", name: "dribble" }),
  "Little by little, rather than late",
);
const BODY = field("Body (JSON)", text("body", '{"detail": "…"}'), "The framework's own words where it is empty.");
const HEADERS = field("Headers", text("headers", "Retry-After: 2"), "One a line.");

/** By kind: what it does, and the fields of its parameters. */
export const EFFECTS = {
  status: { words: "Another answer: a status, with body and headers", fields: [STATUS, BODY, HEADERS] },
  html: { words: "A gateway's HTML page", fields: [GATEWAY] },
  latency: { words: "A late answer", fields: [SECONDS, JITTER, DRIBBLE] },
  answer_lost: { words: "It is done, but the answer is lost", fields: [] },
  timeout: { words: "No answer, ever", fields: [] },
  reset: { words: "The connection is reset", fields: [] },
  empty_reply: { words: "The connection is closed without a byte", fields: [] },
  truncated_json: { words: "Half of the JSON", fields: [] },
  garbage: { words: "Bytes that are no HTTP", fields: [] },
};

function number(name, label, attributes) {
  return field(label, el("input", { type: "number", name, ...attributes }));
}

function text(name, placeholder) {
  return el("textarea", { name, rows: 2, placeholder, spellcheck: "false", class: "mono" });
}

const READERS = {
  status: Number,
  seconds: Number,
  jitter_seconds: Number,
  dribble: () => true,
  body: (value) => jsonOf(value, "The body"),
  headers: headersOf,
};

/** Return the effect that a form describes. */
export function effectOf(data) {
  const given = Object.entries(READERS).filter(([name]) => data.get(name));
  return {
    kind: data.get("kind"),
    ...Object.fromEntries(given.map(([name, reader]) => [name, reader(data.get(name))])),
  };
}

function headersOf(lines) {
  return Object.fromEntries(
    lines
      .split("\n")
      .filter((line) => line.trim())
      .map(headerOf),
  );
}

function headerOf(line) {
  const at = line.indexOf(":");
  if (at < 1) throw new Error(`“${line}” is no header. Write Name: value.`);
  return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}

/** Return an effect in words: `status 503`, `latency, seconds 2`. */
export function effectWords({ kind, ...parameters }) {
  const words = Object.entries(parameters).map(([name, value]) => `${name.replace("_", " ")} ${inline(value)}`);
  // The kind status says no more than its parameter of that name.
  return (kind === "status" ? words : [kind, ...words]).join(", ");
}
