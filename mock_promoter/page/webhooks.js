/** Webhooks: the log of deliveries, and who is subscribed to what. */

import { get } from "./api.js";
import { deliveryDetail, stateTag } from "./delivery.js";
import { shortTime } from "./format.js";
import { furtherRows, limitOf, listHead, listPage, notThere, row, searched } from "./list.js";
import { el } from "./render.js";
import { subscriptions } from "./subscriptions.js";

export const webhooks = { name: "webhooks", title: "Webhooks", load, show };

async function load(at, signal) {
  const paths = ["/webhooks", "/deliveries", "/campaigns"];
  const answers = await Promise.all(paths.map((path) => get(path, {}, signal)));
  return Object.assign({}, ...answers);
}

function show(data, at) {
  const found = searched(data.deliveries, at);
  const shown = found.slice(0, limitOf(at));
  return listPage(at, {
    head: listHead(at, {
      title: "Webhooks",
      count: found.length,
      what: "delivery",
      hint: "Filter: an event, a URL, failed",
    }),
    rows: shown.length ? [shown.map((one) => deliveryRow(at, one)), furtherRows(at, shown.length, found.length)] : [],
    empty: el("p", { class: "empty" }, "No deliveries yet. Add a subscription, then answer a survey or send a test."),
    isOpen: Boolean(at.id),
    beside: at.id ? opened(data.deliveries, at) : subscriptions(data),
  });
}

function opened(deliveries, at) {
  const delivery = deliveries.find((one) => String(one.id) === at.id);
  return delivery ? deliveryDetail(delivery) : notThere("delivery", at.id);
}

function deliveryRow(at, delivery) {
  const last = delivery.attempts.at(-1);
  return row(
    at,
    delivery.id,
    el("span", { class: "row-status" }, stateTag(delivery)),
    el("span", { class: "grow mono" }, delivery.event),
    last && el("time", { class: "mono quiet", datetime: last.at, title: last.at }, shortTime(last.at)),
    el("span", { class: "row-more mono quiet" }, delivery.url),
  );
}
