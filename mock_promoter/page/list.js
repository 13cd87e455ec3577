/** A view that is a list with something open beside it. */

import { act } from "./say.js";
import { plural } from "./format.js";
import { go, href } from "./place.js";
import { el } from "./render.js";

const STEP = 100;
const MOST = 10_000;

/** Return how many rows the place asks for. */
export function limitOf(at) {
  const limit = Math.trunc(Number(at.limit));
  return limit >= 1 && limit <= MOST ? limit : STEP;
}

/** Return the parameters of a list call: the filter and how many rows. */
export function listQuery(at) {
  return { q: at.q.trim(), limit: limitOf(at) };
}

/** Return the rows that hold the filter's text, for lists that the mock does not search. */
export function searched(rows, at) {
  const text = at.q.trim().toLowerCase();
  return rows.filter((row) => JSON.stringify(row).toLowerCase().includes(text));
}

/** Return the page of a list: its head, its rows, and beside it what is open, or else something of use. */
export function listPage(at, { head, rows, empty, isOpen, beside }) {
  const shown = rows.length ? el("ul", { class: "rows" }, rows) : at.q.trim() ? nothingFound(at) : empty;
  return el(
    "div",
    { key: at.view, class: isOpen ? "pair is-open" : "pair" },
    el("section", { class: "pane list", "aria-labelledby": "title" }, head, shown),
    el("section", { class: "pane beside", key: at.id || "none", "aria-labelledby": "beside-title" }, beside),
  );
}

/** Return the title of a view with its filter and count; `extra` stands beside them. */
export function listHead(at, { title, count, what, hint = "Filter", extra = [] }) {
  return el(
    "header",
    { class: "head" },
    el("h1", { id: "title", tabindex: -1 }, title),
    el("span", { class: "count" }, plural(count, what)),
    extra,
    filterField(at, hint),
  );
}

function filterField(at, hint) {
  const field = {
    type: "search",
    "aria-label": "Filter",
    placeholder: hint,
    value: at.q,
    spellcheck: "false",
    autocomplete: "off",
    "data-filter": true,
    on: { input: (event) => filterBy(event.target.value) },
  };
  return el("search", { class: "filter" }, el("input", field));
}

let isTyping = false;

/** One step back takes away all that was typed in one go. */
function filterBy(text) {
  go({ q: text, limit: "" }, { replace: isTyping });
  isTyping = text !== "";
}

addEventListener("popstate", () => (isTyping = false));
document.addEventListener("focusout", (event) => {
  if (event.target.matches("[data-filter]")) isTyping = false;
});

function nothingFound(at) {
  return el(
    "div",
    { class: "empty" },
    el("p", {}, "Nothing holds “", at.q.trim(), "”."),
    el("p", {}, el("a", { href: href({ q: "", limit: "" }) }, "Clear the filter")),
  );
}

/** Return a row, which is a link to what it stands for. */
export function row(at, id, ...content) {
  const isCurrent = at.id === String(id);
  const link = { class: "row", href: href({ id }), "aria-current": isCurrent && "true", "data-row": id };
  return el("li", { key: `row-${id}` }, el("a", link, content));
}

/** Return the way to rows that are not shown; nothing where all are, and what the mock no longer keeps. */
export function furtherRows(at, shown, count, dropped = 0) {
  const limit = String(Math.min(MOST, limitOf(at) + STEP));
  const more = el("a", { href: href({ limit }) }, `Show ${Math.min(STEP, count - shown)} more`);
  const isWhole = shown >= count || shown >= MOST;
  return [
    !isWhole && el("li", { key: "more", class: "further" }, more),
    dropped > 0 &&
      el("li", { key: "dropped", class: "further quiet" }, `${plural(dropped, "older one")} no longer kept.`),
  ];
}

/** Return the head of what is open: its title, its buttons, and the way back to the list. */
export function openHead(title, ...buttons) {
  return el(
    "header",
    { class: "head" },
    el("h2", { id: "beside-title", tabindex: -1 }, title),
    el(
      "div",
      { class: "buttons" },
      buttons,
      el("a", { class: "button", href: href({ id: "" }), "data-back": true }, "Close"),
    ),
  );
}

/** Return what stands in place of something that is not in the list. */
export function notThere(what, id) {
  return [
    openHead(`There is no ${what} ${id}`),
    el("p", { class: "quiet" }, "It was removed, or it is older than what is shown, or the filter hides it."),
  ];
}

/** Return an empty list's words, with a command that fills it. */
export function emptyWith(words, command) {
  return el("div", { class: "empty" }, el("p", {}, words), commandLine(command));
}

/** Return a command with a button that copies it. */
function commandLine(command) {
  return el(
    "div",
    { class: "command" },
    el("pre", { class: "data", tabindex: 0, role: "region", "aria-label": "Command" }, command),
    el("button", { type: "button", on: { click: () => act(() => copy(command)) } }, "Copy the command"),
  );
}

/** Put a text on the clipboard. */
export async function copy(text) {
  // Browsers offer no clipboard to pages from elsewhere without TLS.
  if (!navigator.clipboard) throw new Error("This page may not use the clipboard here. Select the text and copy it.");
  await navigator.clipboard.writeText(text);
  return "Copied.";
}
