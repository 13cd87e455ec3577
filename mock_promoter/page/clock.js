/** The clock of an account: what time it is there, and how to let time pass. */

import { call, get } from "./api.js";
import { duration } from "./format.js";
import { button, field, form, headed, select } from "./parts.js";
import { el } from "./render.js";
import { ticking } from "./ticking.js";

export const clock = { name: "clock", title: "Clock", load, show };

const STEPS = [
  ["1 hour", { hours: 1 }],
  ["24 hours", { hours: 24 }],
  ["30 days", { days: 30 }],
];
const UNITS = ["days", "hours", "minutes", "seconds"].map((unit) => [unit, unit]);

async function load(at, signal) {
  return { now: await get("/clock", {}, signal) };
}

function show({ now }, at) {
  return el(
    "div",
    { key: "clock", class: "single" },
    el("header", { class: "head" }, el("h1", { id: "title", tabindex: -1 }, "Clock")),
    el("p", { class: "big mono" }, ticking(now)),
    el("p", { role: "status" }, modeWords(now), at.account && ` This is the clock of ${at.account}.`),
    headed("h2", "Let time pass", advanceButtons(), advanceForm()),
    headed("h2", "Set it", realButton(now), freezeForm(), offsetForm(now)),
  );
}

function modeWords({ mode, offset_seconds: offset }) {
  if (mode === "frozen") return "Frozen: it stands still until it is advanced.";
  if (mode === "real") return "Real: it is the time of this server, in UTC.";
  return `Offset: it runs ${duration(offset)} ${offset < 0 ? "behind" : "ahead of"} the real time, in UTC.`;
}

function advanceButtons() {
  const buttons = STEPS.map(([words, by]) => button(`Advance ${words}`, () => advance(by)));
  return el("div", { class: "buttons" }, buttons);
}

function advanceForm() {
  return form(
    (data) => advance({ [data.get("unit")]: Number(data.get("amount")) }),
    { class: "fields" },
    field("Amount", el("input", { type: "number", name: "amount", value: "1", step: "any", required: true })),
    field("Unit", select("unit", UNITS)),
    el("button", {}, "Advance"),
  );
}

async function advance(by) {
  return told(await call("POST", "/clock/advance", { body: by }));
}

async function put(body) {
  return told(await call("PUT", "/clock", { body }));
}

function told({ mode, now }) {
  return `The clock is ${mode}: ${now.slice(0, 19).replace("T", " ")} UTC.`;
}

function realButton({ mode }) {
  return el(
    "div",
    { class: "buttons" },
    button("Back to real time", () => put({ mode: "real" }), { disabled: mode === "real" }),
    button("Freeze it now", () => put({ mode: "frozen" }), { disabled: mode === "frozen" }),
  );
}

function freezeForm() {
  const control = el("input", {
    type: "datetime-local",
    name: "at",
    step: 1,
    required: true,
    min: "1970-01-01T00:00",
    max: "2999-12-31T23:59",
  });
  return form(
    (data) => put({ mode: "frozen", at: `${data.get("at")}Z` }),
    { class: "fields" },
    field("Freeze it at (UTC)", control),
    el("button", {}, "Freeze"),
  );
}

function offsetForm({ offset_seconds: offset }) {
  return form(
    (data) => put({ mode: "offset", offset_seconds: Number(data.get("offset")) }),
    { class: "fields" },
    field(
      "Seconds ahead of real time",
      el("input", { type: "number", name: "offset", value: String(offset), step: "any", required: true }),
    ),
    el("button", {}, "Shift"),
  );
}
