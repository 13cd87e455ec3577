/** The keyboard: moving through lists, opening, closing, filtering. */

import { go, place } from "./place.js";
import { hush } from "./say.js";

const NAME = "mock-promoter-single-keys";
const dialog = document.getElementById("keys");
const single = document.getElementById("single-keys");

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
const isShut = () => document.querySelector("dialog[open]") === null;

/** Single keys; they can be switched off, since speech input and slips of the hand press them too. */
const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  "/": () => document.querySelector("[data-filter]")?.focus(),
  "?": () => dialog.showModal(),
};

/** Keys inside a list. */
const ARROWS = {
  ArrowDown: (all, at) => all[at + 1],
  ArrowUp: (all, at) => all[at - 1],
  Home: (all) => all[0],
  End: (all) => all.at(-1),
};

/** Start to listen; `views` are what the digits stand for. */
export function listen(views) {
  views.forEach((view, index) => (KEYS[index + 1] = () => go({ view: view.name })));
  document.addEventListener("keydown", pressed);
}

/** Have one row, no more, in the order of the Tab key. */
export function rove() {
  const all = rows().filter((row) => row.matches("a"));
  const one = all.find((row) => row === document.activeElement) ?? all.find((row) => row.ariaCurrent) ?? all[0];
  for (const row of all) row.tabIndex = row === one ? 0 : -1;
}

function pressed(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || !isShut()) return;
  const doing = doingOf(event);
  if (!doing) return;
  event.preventDefault();
  doing();
}

function doingOf(event) {
  if (event.key === "Escape") return leave;
  const at = rows().indexOf(event.target);
  if (at >= 0 && event.key in ARROWS) return () => ARROWS[event.key](rows(), at)?.focus();
  return single.checked && !isTyping(event.target) ? KEYS[event.key] : null;
}

function isTyping(target) {
  return target.matches("textarea, select, input:not([type=checkbox], [type=radio])");
}

/** Go on to another row; where one is open and the focus is not in the list, open that. */
function step(by) {
  const all = rows();
  const focused = all.indexOf(document.activeElement);
  if (focused >= 0) return all[focused + by]?.focus();
  const links = [...document.querySelectorAll("a[data-row]")];
  const opened = links.findIndex((link) => link.dataset.row === place().id);
  if (opened >= 0) return links[opened + by]?.click();
  return (by > 0 ? all[0] : all.at(-1))?.focus();
}

/** Close what is open, or leave the filter for the list. */
function leave() {
  hush();
  if (document.activeElement?.matches("[data-filter]")) return (rows()[0] ?? document.getElementById("title")).focus();
  document.querySelector("[data-back]")?.click();
}

single.checked = localStorage.getItem(NAME) !== "off";
single.addEventListener("change", () => localStorage.setItem(NAME, single.checked ? "on" : "off"));
document.getElementById("open-keys").addEventListener("click", () => dialog.showModal());
document.addEventListener("focusin", rove);
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-close]")) event.target.closest("dialog").close();
});
