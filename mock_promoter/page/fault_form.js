/** The form that adds a fault: which requests it strikes, with what effect, how often. */

import { call } from "./api.js";
import { effectOf, EFFECTS } from "./effects.js";
import { field, form, select } from "./parts.js";
import { el, redraw } from "./render.js";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const OFTEN = [
  ["always", "Always"],
  ["times", "The first times"],
  ["probability", "By chance"],
];

/** What the fields depend on; the rest of the form is the user's until it is sent. */
const chosen = { kind: "status", often: "always" };

/** Return the form. */
export function faultForm(at) {
  return form(
    add,
    { key: `fault-form-${at.account}`, "data-clears": true, on: { reset: () => choose("status", "always") } },
    [
      el("div", { class: "fields" }, methodField(), pathField()),
      field("Effect", select("kind", kinds(), { on: { change: (event) => choose(event.target.value, chosen.often) } })),
      el("div", { class: "fields", key: `kind-${chosen.kind}` }, EFFECTS[chosen.kind].fields),
      field(
        "How often",
        select("often", OFTEN, { on: { change: (event) => choose(chosen.kind, event.target.value) } }),
      ),
      el("div", { class: "fields", key: `often-${chosen.often}` }, oftenFields()),
      el("div", { class: "buttons" }, el("button", { class: "primary" }, "Add the fault")),
    ],
  );
}

function choose(kind, often) {
  Object.assign(chosen, { kind, often });
  redraw();
}

function kinds() {
  return Object.entries(EFFECTS).map(([kind, { words }]) => [kind, `${kind}: ${words}`]);
}

function methodField() {
  return field("Method", select("method", [["", "any"], ...METHODS.map((method) => [method, method])]));
}

function pathField() {
  const control = {
    name: "path",
    class: "mono",
    placeholder: "/api/v2/survey/",
    pattern: "[\\/*].*",
    spellcheck: "false",
    autocomplete: "off",
  };
  return field("Path", el("input", control), "* stands for any text; empty for every path.");
}

function oftenFields() {
  if (chosen.often === "times") return numberField("times", "Times", { min: 1, max: 1_000_000, value: "1" });
  if (chosen.often === "always") return [];
  return [
    numberField("probability", "Probability", { min: 0, max: 1, step: "any", value: "0.5" }),
    numberField("seed", "Seed", { min: 0, value: "0" }),
  ];
}

function numberField(name, label, attributes) {
  return field(label, el("input", { type: "number", name, required: true, ...attributes }));
}

async function add(data) {
  const match = Object.fromEntries(
    ["method", "path"].filter((name) => data.get(name)).map((name) => [name, data.get(name).trim()]),
  );
  const often = ["times", "probability", "seed"].filter((name) => data.has(name));
  const body = {
    match,
    effect: effectOf(data),
    ...Object.fromEntries(often.map((name) => [name, Number(data.get(name))])),
  };
  const fault = await call("POST", "/faults", { body });
  return `Fault ${fault.id} is added.`;
}
