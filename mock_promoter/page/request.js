/** A request that is open: what came, what was answered, and what is wrong with it. */

import { call } from "./api.js";
import { nearest } from "./expectations.js";
import { time } from "./format.js";
import { pretty } from "./json.js";
import { copy, openHead } from "./list.js";
import { button, facts, members, part, tag } from "./parts.js";
import { go } from "./place.js";
import { el } from "./render.js";

/** Return all there is to know of a request. */
export function requestDetail(entry) {
  return [
    openHead(`Request ${entry.id}`, copyButton(entry), againButton(entry)),
    el("p", { class: "call mono" }, status(entry), ` ${entry.method} ${address(entry)}`),
    entryFacts(entry),
    problems(entry),
    part("Request body", pretty(entry.body, "Request body"), headers(entry.headers)),
    part("Response", pretty(entry.response, "Response"), headers(entry.response_headers)),
    part("Nearest expectation", nearest(entry.nearest_expectation)),
    part("As curl", el("pre", { class: "data", tabindex: 0, role: "region", "aria-label": "As curl" }, entry.curl)),
  ];
}

function address(entry) {
  return entry.query ? `${entry.path}?${entry.query}` : entry.path;
}

function copyButton(entry) {
  return button("Copy as curl", () => copy(entry.curl));
}

function againButton(entry) {
  const why = entry.cut ? "It is too long: the journal does not keep it whole." : null;
  return button("Send again", () => sendAgain(entry), { disabled: entry.cut, title: why });
}

async function sendAgain(entry) {
  const sent = await call("POST", `/requests/${entry.id}/send-again`, { body: {} });
  go({ id: sent.id });
  return `Sent again as request ${sent.id}: ${sent.status ?? "no answer"}.`;
}

function entryFacts(entry) {
  return facts([
    ["At", time(entry.at)],
    ["Account", entry.account ?? "none: no key that is known"],
    ["Call", entry.operation ?? "none: nothing serves it"],
    ["State", entry.state === "lost" ? "lost: a fault kept the answer from the caller" : entry.state],
    ["Fault", entry.fault && `${entry.fault.kind} (fault ${entry.fault.id})`],
    ["Early", entry.early ? "came back before Retry-After had passed" : null],
    ["Cut", entry.cut ? "too long to be kept whole" : null],
    ["Correlation id", el("span", { class: "mono" }, entry.correlation_id)],
  ]);
}

/** What is wrong, and what the vendor's words do not tell. */
function problems(entry) {
  return [
    entry.schema_errors.length > 0 &&
      part("Schema errors", el("ul", { class: "errors" }, entry.schema_errors.map(schemaError))),
    entry.notes.length > 0 &&
      part(
        "Notes",
        el(
          "ul",
          {},
          entry.notes.map((note) => el("li", {}, note)),
        ),
      ),
  ];
}

function schemaError(error) {
  return el(
    "li",
    {},
    el("span", { class: "mono" }, error.path),
    ` ${error.message} `,
    el("span", { class: "quiet" }, `(${error.rule})`),
  );
}

function headers(values) {
  const names = Object.keys(values);
  return el("details", {}, el("summary", {}, `Headers (${names.length})`), members(values));
}

/** Return the status of an entry's answer, or why it has none. */
export function status(entry) {
  if (entry.state === "lost") return tag("lost", "bad");
  if (entry.status === null) return tag("open", "warn");
  return tag(String(entry.status), entry.status < 300 ? "good" : entry.status < 500 ? "warn" : "bad");
}
