/** Custom events: raw events at the Segment endpoint, the newest first, and what each led to. */

import { get } from "./api.js";
import { EVENT, KEY_NOTE } from "./commands.js";
import { shortTime, time } from "./format.js";
import { inline, pretty } from "./json.js";
import { emptyWith, furtherRows, listHead, listPage, listQuery, notThere, openHead, row } from "./list.js";
import { facts, part } from "./parts.js";
import { el } from "./render.js";

export const customEvents = { name: "events", title: "Custom events", short: "Events", load, show };

function load(at, signal) {
  return get("/custom-events", listQuery(at), signal);
}

function show({ custom_events: found, count, dropped }, at) {
  return listPage(at, {
    head: listHead(at, { title: "Custom events", count, what: "event", hint: "Filter: a type, a name, a user id" }),
    rows: found.length ? [found.map((one) => eventRow(at, one)), furtherRows(at, found.length, count, dropped)] : [],
    empty: emptyWith(`No custom events yet. Send a raw event. ${KEY_NOTE}`, EVENT),
    isOpen: Boolean(at.id),
    beside: at.id ? opened(found, at) : hint(),
  });
}

function opened(found, at) {
  const one = found.find((event) => String(event.id) === at.id);
  return one ? detail(one) : notThere("event", at.id);
}

function hint() {
  return [
    el("h2", { id: "beside-title", class: "quiet" }, "No event is open"),
    el("p", { class: "quiet" }, "Open one to see it whole, and what it led to."),
  ];
}

/** Where an event has a name it is what it is known by, else its type. */
function eventName({ event }) {
  return inline(event.event ?? event.type ?? event.action ?? "event");
}

function eventRow(at, one) {
  return row(
    at,
    one.id,
    el("span", { class: "mono quiet row-id" }, one.id),
    el(
      "span",
      { class: "grow" },
      eventName(one),
      " ",
      el("span", { class: "mono quiet" }, inline(one.event.userId ?? "")),
    ),
    el("time", { class: "mono quiet", datetime: one.at, title: one.at }, shortTime(one.at)),
    el("span", { class: "row-more quiet" }, one.effect),
  );
}

function detail(one) {
  return [
    openHead(eventName(one)),
    facts([
      ["Effect", one.effect],
      ["At", time(one.at)],
      ["Type", inline(one.event.type ?? one.event.action ?? "")],
      ["User id", inline(one.event.userId ?? "")],
    ]),
    part("Event", pretty(one.event, "Event")),
  ];
}
