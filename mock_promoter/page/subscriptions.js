/** Subscriptions: which receivers are told of which events. */

import { call } from "./api.js";
import { button, field, form, part, select } from "./parts.js";
import { go } from "./place.js";
import { el } from "./render.js";

/** The events that there are; only some of them can happen in the mock. */
const EVENTS = [
  "feedback.added_or_changed",
  "feedback.tags_added_or_changed",
  "feedback.status_changed",
  "feedback.removed",
  "metric.score_changed",
  "contact.unsubscribed",
  "tag.merged",
  "tag.removed",
  "tag.renamed",
];

/** Return the subscriptions and the form that adds one. */
export function subscriptions({ webhooks, campaigns }) {
  return [
    el("header", { class: "head" }, el("h2", { id: "beside-title", tabindex: -1 }, "Subscriptions")),
    webhooks.length
      ? el(
          "ul",
          { class: "blocks" },
          webhooks.map((one) => subscription(one, campaigns)),
        )
      : el("p", { class: "quiet" }, "Nobody is told of anything."),
    part("Add a subscription", subscribeForm(campaigns)),
  ];
}

function subscription(webhook, campaigns) {
  const campaign = campaigns.find((one) => one.id === webhook.campaign);
  return el(
    "li",
    { key: `webhook-${webhook.id}` },
    el("p", { class: "mono" }, webhook.url),
    el("p", { class: "quiet" }, eventsWords(webhook.events), campaign && `, of campaign ${campaign.name}`),
    el(
      "div",
      { class: "buttons" },
      button("Send a test", () => test(webhook), { "aria-label": `Send a test to ${webhook.url}` }),
      button("Delete", () => remove(webhook), { "aria-label": `Delete the subscription of ${webhook.url}` }),
    ),
  );
}

function eventsWords(events) {
  return events.length === EVENTS.length ? "Every event" : events.join(", ");
}

function subscribeForm(campaigns) {
  const options = [["", "all"], ...campaigns.map(({ id, name }) => [String(id), name])];
  return form(
    subscribe,
    { key: "subscribe", "data-clears": true },
    field(
      "URL",
      el("input", {
        type: "url",
        name: "url",
        required: true,
        class: "mono",
        placeholder: "http://127.0.0.1:9000/hook",
      }),
    ),
    el(
      "fieldset",
      {},
      el("legend", {}, "Events; every one where none is chosen"),
      EVENTS.map((name) =>
        el("label", { class: "inline mono" }, el("input", { type: "checkbox", name: "events", value: name }), name),
      ),
    ),
    field("Campaign", select("campaign", options)),
    el("div", { class: "buttons" }, el("button", { class: "primary" }, "Subscribe")),
  );
}

async function subscribe(data) {
  const [events, campaign] = [data.getAll("events"), data.get("campaign")];
  const body = {
    url: data.get("url"),
    ...(events.length && { events }),
    ...(campaign && { campaign: Number(campaign) }),
  };
  const webhook = await call("POST", "/webhooks", { body });
  return `${webhook.url} is told from now on.`;
}

async function test(webhook) {
  const delivery = await call("POST", `/webhooks/${webhook.id}/test`, { body: {} });
  go({ id: delivery.id });
  return `Delivery ${delivery.id} is on its way.`;
}

async function remove(webhook) {
  await call("DELETE", `/webhooks/${webhook.id}`);
  // The button that was pressed goes away, and the focus would with it.
  document.getElementById("beside-title")?.focus();
  return `${webhook.url} is told no more.`;
}
