/** Faults and limits: what goes wrong on purpose. */

import { call, get } from "./api.js";
import { effectWords } from "./effects.js";
import { faultForm } from "./fault_form.js";
import { plural } from "./format.js";
import { inline } from "./json.js";
import { listHead, listPage, searched } from "./list.js";
import { button, part, tag } from "./parts.js";
import { limitForm } from "./rate_limit.js";
import { el } from "./render.js";

export const faults = { name: "faults", title: "Faults and limits", short: "Faults", load, show };

async function load(at, signal) {
  const [list, limit] = await Promise.all([get("/faults", {}, signal), get("/rate-limit", {}, signal)]);
  return { ...list, limit };
}

function show(data, at, several) {
  const found = searched(data.faults, at);
  return listPage(at, {
    head: listHead(at, {
      title: "Faults and limits",
      count: found.length,
      what: "fault",
      extra: [clearButton(data.faults)],
    }),
    rows: found.map(faultRow),
    empty: el(
      "p",
      { class: "empty" },
      "No faults: every request is answered as Promoter would. Add one with the form.",
    ),
    isOpen: false,
    beside: [
      el("header", { class: "head" }, el("h2", { id: "beside-title" }, "Make trouble")),
      part("Add a fault", faultForm(at)),
      part("Rate limit", limitForm(data.limit, several ? at.account || "the default account" : null)),
    ],
  });
}

function clearButton(all) {
  return button("Delete all", clear, { disabled: !all.length });
}

async function clear() {
  await call("DELETE", "/faults");
  toTitle();
  return "All faults are deleted.";
}

function faultRow(fault) {
  return el(
    "li",
    { key: `fault-${fault.id}`, class: "row" },
    el("span", { class: "mono quiet row-id" }, fault.id),
    el("span", { class: "grow mono" }, matchWords(fault.match)),
    button("Delete", () => remove(fault), { "aria-label": `Delete fault ${fault.id}`, "data-row": fault.id }),
    el("span", { class: "row-more" }, el("span", { class: "mono" }, effectWords(fault.effect))),
    el(
      "span",
      { class: "tags" },
      tag(timesWords(fault), fault.left === 0 ? "plain" : "warn"),
      tag(`used ${fault.used}`),
      chance(fault),
    ),
  );
}

function matchWords({ method = "any method", path = "any path", ...others }) {
  const more = Object.entries(others).map(([name, value]) => `${name} ${inline(value)}`);
  return [method, path, ...more].join(" ");
}

function timesWords(fault) {
  if (fault.times === null) return "always";
  return fault.left === 0 ? "used up" : `${fault.left} of ${plural(fault.times, "time")} left`;
}

function chance(fault) {
  return fault.probability !== null && tag(`probability ${fault.probability}, seed ${fault.seed}`);
}

async function remove(fault) {
  await call("DELETE", `/faults/${fault.id}`);
  toTitle();
  return `Fault ${fault.id} is deleted.`;
}

/** The button that was pressed goes away, and the focus would with it. */
function toTitle() {
  document.getElementById("title")?.focus();
}
