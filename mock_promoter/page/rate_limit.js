/** The rate limit of an account. */

import { call } from "./api.js";
import { plural } from "./format.js";
import { button, field, form } from "./parts.js";
import { el } from "./render.js";

/** Return the limit and the form that sets it; `account` is named where there are several. */
export function limitForm({ limit, window_seconds: seconds }, account) {
  const words =
    limit === null ? "Off: no request is refused." : `On: ${limitWords(limit, seconds)}; what is more gets a 429.`;
  return [
    el("p", { role: "status" }, words, account && ` Of ${account}.`),
    form(
      set,
      { key: "limit-form" },
      el(
        "div",
        { class: "fields" },
        numberField("limit", "Requests", { min: 0, max: 1_000_000, value: String(limit ?? 10) }),
        numberField("window_seconds", "In seconds", {
          min: 0.001,
          max: 86_400,
          step: "any",
          value: String(seconds ?? 60),
        }),
      ),
      el(
        "div",
        { class: "buttons" },
        el("button", {}, "Set the limit"),
        button("Turn it off", lift, { disabled: limit === null }),
      ),
    ),
  ];
}

function limitWords(limit, seconds) {
  return `${plural(limit, "request")} in ${plural(seconds, "second")}`;
}

function numberField(name, label, attributes) {
  return field(label, el("input", { type: "number", name, required: true, ...attributes }));
}

async function set(data) {
  const body = { limit: Number(data.get("limit")), window_seconds: Number(data.get("window_seconds")) };
  const { limit, window_seconds: seconds } = await call("PUT", "/rate-limit", { body });
  return `The limit is ${limitWords(limit, seconds)}.`;
}

async function lift() {
  await call("DELETE", "/rate-limit");
  return "The limit is off.";
}
