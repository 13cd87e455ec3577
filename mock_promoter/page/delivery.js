/** A delivery that is open: each attempt, and what was sent. */

import { call } from "./api.js";
import { time } from "./format.js";
import { pretty } from "./json.js";
import { openHead } from "./list.js";
import { button, facts, part, tag } from "./parts.js";
import { el } from "./render.js";

const TONES = { pending: "warn", delivered: "good", failed: "bad" };

/** Return how far a delivery is. */
export function stateTag({ state }) {
  return tag(state, TONES[state]);
}

/** Return a delivery. */
export function deliveryDetail(delivery) {
  const again = () => redeliver(delivery);
  return [
    openHead(`Delivery ${delivery.id}`, button("Deliver again", again, { disabled: delivery.state === "pending" })),
    facts([
      ["State", stateTag(delivery)],
      ["Event", el("span", { class: "mono" }, delivery.event)],
      ["To", el("span", { class: "mono" }, delivery.url)],
      ["Subscription", delivery.webhook],
    ]),
    part("Attempts", attempts(delivery.attempts)),
    part("Payload", pretty(delivery.payload, "Payload")),
  ];
}

function attempts(all) {
  if (!all.length) return el("p", { class: "quiet" }, "None yet.");
  return el(
    "ol",
    {},
    all.map((one) => el("li", {}, `${time(one.at)}: `, one.status ?? one.error)),
  );
}

async function redeliver(delivery) {
  await call("POST", `/deliveries/${delivery.id}/redeliver`, { body: {} });
  return `Delivery ${delivery.id} is on its way again.`;
}
