/** The scale from 0 to 10 and its bands, told apart by place and words as well as by colour. */

import { tag } from "./parts.js";
import { el } from "./render.js";

const BANDS = [
  { name: "detractor", from: 0, to: 6, tone: "bad" },
  { name: "passive", from: 7, to: 8, tone: "warn" },
  { name: "promoter", from: 9, to: 10, tone: "good" },
];

/** Return score and band of feedback. */
export function bandTag({ score, score_type: name }) {
  return tag(`${score} ${name}`, BANDS.find((band) => band.name === name)?.tone);
}

/** Return the choice of a score; `score` is the one that was given, `null` before that. */
export function scale(score) {
  return el(
    "fieldset",
    { class: "scale" },
    el("legend", {}, "Would you recommend us?"),
    el(
      "div",
      { class: "bands" },
      BANDS.map((band) => bandField(band, score)),
    ),
  );
}

function bandField(band, score) {
  const scores = Array.from({ length: band.to - band.from + 1 }, (_, at) => band.from + at);
  return el(
    "div",
    { class: `band ${band.tone}` },
    el(
      "div",
      { class: "band-scores" },
      scores.map((one) => scoreField(one, band, score)),
    ),
    el("span", { class: "band-name", "aria-hidden": "true" }, band.name),
  );
}

function scoreField(one, band, score) {
  const control = { type: "radio", name: "score", value: String(one), checked: one === score, required: true };
  return el(
    "label",
    {},
    el("input", { ...control, "aria-label": `${one} ${band.name}` }),
    el("span", { "aria-hidden": "true" }, one),
  );
}
