/** Contacts, the newest first. */

import { call, get } from "./api.js";
import { CONTACT, KEY_NOTE } from "./commands.js";
import { personName, shortTime, time } from "./format.js";
import { emptyWith, furtherRows, listHead, listPage, listQuery, notThere, openHead, row } from "./list.js";
import { button, facts, members, part, tag } from "./parts.js";
import { href } from "./place.js";
import { el } from "./render.js";

export const contacts = { name: "contacts", title: "Contacts", load, show };

function load(at, signal) {
  return get("/contacts", listQuery(at), signal);
}

function show({ contacts: found, count }, at) {
  return listPage(at, {
    head: listHead(at, { title: "Contacts", count, what: "contact", hint: "Filter: a name, an e-mail, an attribute" }),
    rows: found.length ? [found.map((contact) => contactRow(at, contact)), furtherRows(at, found.length, count)] : [],
    empty: emptyWith(`No contacts yet. Make one. ${KEY_NOTE}`, CONTACT),
    isOpen: Boolean(at.id),
    beside: at.id ? opened(found, at) : hint(),
  });
}

function opened(found, at) {
  const contact = found.find((one) => String(one.id) === at.id);
  return contact ? detail(contact) : notThere("contact", at.id);
}

function hint() {
  return [
    el("h2", { id: "beside-title", class: "quiet" }, "No contact is open"),
    el("p", { class: "quiet" }, "Open one to see its attributes and to unsubscribe it."),
  ];
}

function contactRow(at, contact) {
  return row(
    at,
    contact.id,
    el("span", { class: "mono quiet row-id" }, contact.id),
    el("span", { class: "grow" }, personName(contact), " ", el("span", { class: "quiet" }, contact.email)),
    el(
      "time",
      { class: "mono quiet", datetime: contact.created_date, title: contact.created_date },
      shortTime(contact.created_date),
    ),
    el("span", { class: "tags" }, flags(contact)),
  );
}

function flags(contact) {
  return [contact.unsubscribed && tag("unsubscribed", "bad"), contact.inactive && tag("inactive", "warn")];
}

function detail(contact) {
  return [
    openHead(personName(contact)),
    el("p", { class: "tags" }, flags(contact)),
    facts([
      ["E-mail", el("span", { class: "mono" }, contact.email)],
      ["Id", contact.id],
      ["User id", contact.user_id],
      ["Made", time(contact.created_date)],
      ["Lists", contact.lists.join(", ") || "none"],
      ...Object.entries(contact.surveyed).map(([channel, at]) => [`Surveyed by ${channel}`, time(at)]),
      ["See", links(contact)],
    ]),
    part("Attributes", members(contact.attributes)),
    part("Whether it may be surveyed", switches(contact)),
  ];
}

function links(contact) {
  return [
    el("a", { href: href({ view: "surveys", q: contact.email }) }, "its surveys"),
    ", ",
    el("a", { href: href({ view: "requests", q: contact.email }) }, "its requests"),
  ];
}

function switches(contact) {
  const turn = contact.inactive ? "Make it active" : "Make it inactive";
  return [
    el(
      "div",
      { class: "buttons" },
      button("Unsubscribe for good", () => change(contact, { unsubscribed: true }), { disabled: contact.unsubscribed }),
      button(turn, () => change(contact, { inactive: !contact.inactive })),
    ),
    contact.unsubscribed &&
      el("p", { class: "quiet" }, "Nobody who unsubscribed can be subscribed again. Reset instead."),
  ];
}

async function change(contact, body) {
  const changed = await call("PATCH", `/contacts/${contact.id}`, { body });
  const how = "unsubscribed" in body ? "unsubscribed, for good" : changed.inactive ? "inactive" : "active";
  return `${changed.email} is ${how}.`;
}
