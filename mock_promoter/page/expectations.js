/** Expectations: what tests verified and waited for, and how that stood. */

import { pretty } from "./json.js";
import { tag } from "./parts.js";
import { el } from "./render.js";

/** Return the last expectations, the newest first. */
export function expectations(all) {
  return [
    el("header", { class: "head" }, el("h2", { id: "beside-title", tabindex: -1 }, "Expectations")),
    el(
      "p",
      { class: "quiet" },
      "What was verified and waited for. Open a request to see how far it is from the nearest that is not met.",
    ),
    all.length ? el("ul", { class: "blocks" }, all.map(expectation)) : el("p", { class: "quiet" }, "None yet."),
  ];
}

function expectation(one) {
  return el(
    "li",
    { key: `expectation-${one.id}` },
    el("p", {}, one.met ? tag("met", "good") : tag("not met", "bad"), ` #${one.id} ${one.kind}`),
    el("p", {}, one.message),
    el("details", {}, el("summary", {}, "Match"), pretty(one.match, `Match of expectation ${one.id}`)),
  );
}

/** Return how far a request is from the nearest expectation that is not met. */
export function nearest(one) {
  if (!one) return el("p", { class: "quiet" }, "No expectation is left unmet.");
  return [
    el(
      "p",
      {},
      `#${one.id} ${one.kind}, not met. `,
      one.differences.length ? "It differs here:" : "This request meets it.",
    ),
    el(
      "ul",
      { class: "differences mono" },
      one.differences.map((difference) => el("li", {}, difference.message)),
    ),
    pretty(one.match, "What was expected"),
  ];
}
