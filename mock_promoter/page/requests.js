/** Requests: the journal, the newest first. */

import { get } from "./api.js";
import { KEY_NOTE, SURVEY } from "./commands.js";
import { expectations } from "./expectations.js";
import { shortTime } from "./format.js";
import { emptyWith, furtherRows, limitOf, listHead, listPage, notThere, row } from "./list.js";
import { tag } from "./parts.js";
import { go } from "./place.js";
import { el } from "./render.js";
import { requestDetail, status } from "./request.js";

export const requests = { name: "requests", title: "Requests", load, show };

async function load(at, signal) {
  const [list, opened] = await Promise.all([at.show ? unmatched(at, signal) : journal(at, signal), beside(at, signal)]);
  return { list, ...opened };
}

async function journal(at, signal) {
  const list = await get("/requests", { ...parsedFilter(at.q), limit: limitOf(at) }, signal);
  return { ...list, requests: list.requests.reverse() };
}

/** Nothing is asked of the mock for requests that nothing serves but to list them: they are few. */
async function unmatched(at, signal) {
  const { requests: all } = await get("/requests/unmatched", {}, signal);
  const text = at.q.trim().toLowerCase();
  const found = all.filter((entry) => JSON.stringify(entry).toLowerCase().includes(text)).reverse();
  return { requests: found.slice(0, limitOf(at)), count: found.length, dropped: 0 };
}

async function beside(at, signal) {
  if (!at.id) return { expected: (await get("/expectations", {}, signal)).expectations };
  try {
    return { entry: await get(`/requests/${encodeURIComponent(at.id)}`, {}, signal) };
  } catch (error) {
    if (error.code !== "control.not_found") throw error;
    return { entry: null };
  }
}

/** A status counts once it is written out: until then it is text like any other. */
const WORD = /(?<!\S)(method|path|status(?=:\d{3}(?!\S))):(\S+)/g;

/** Return what a filter asks for: `method:POST path:/api/contacts/* status:400 kate` asks for four things. */
function parsedFilter(text) {
  const query = {};
  for (const [, name, value] of text.matchAll(WORD)) query[name] = name === "method" ? value.toUpperCase() : value;
  return { ...query, q: text.replace(WORD, " ").trim() };
}

function show(data, at, several) {
  const { requests: found, count, dropped } = data.list;
  return listPage(at, {
    head: listHead(at, {
      title: "Requests",
      count,
      what: "request",
      hint: "Filter: any text, method:POST, path:/api/*, status:400",
      extra: [showField(at)],
    }),
    rows: found.length
      ? [found.map((entry) => entryRow(at, entry, several)), furtherRows(at, found.length, count, dropped)]
      : [],
    empty: at.show
      ? el("p", { class: "empty" }, "Every request found a call that serves it.")
      : emptyWith(`No requests yet. Make the first one. ${KEY_NOTE}`, SURVEY),
    isOpen: Boolean(at.id),
    beside: at.id ? opened(data, at) : expectations(data.expected ?? []),
  });
}

function showField(at) {
  const change = (event) => go({ show: event.target.value, limit: "" });
  return el(
    "label",
    { class: "inline" },
    "Show ",
    el(
      "select",
      { value: at.show, on: { change } },
      el("option", { value: "" }, "all"),
      el("option", { value: "unmatched" }, "those that nothing serves"),
    ),
  );
}

function opened(data, at) {
  return data.entry ? requestDetail(data.entry) : notThere("request", at.id);
}

function entryRow(at, entry, several) {
  const path = entry.query ? `${entry.path}?${entry.query}` : entry.path;
  return row(
    at,
    entry.id,
    el("span", { class: "row-status" }, status(entry)),
    el("span", { class: "mono method" }, entry.method),
    el("span", { class: "mono grow" }, path),
    el("time", { class: "mono quiet", datetime: entry.at, title: entry.at }, shortTime(entry.at)),
    el("span", { class: "tags" }, flags(entry), several && tag(entry.account ?? "no account")),
  );
}

function flags(entry) {
  const errors = entry.schema_errors.length;
  return [
    entry.fault && tag(`fault: ${entry.fault.kind}`, "warn"),
    entry.early && tag("early", "warn"),
    errors > 0 && tag(`schema errors: ${errors}`, "bad"),
    !entry.operation && tag("nothing serves it", "bad"),
    entry.cut && tag("cut"),
  ];
}
