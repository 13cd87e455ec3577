/** The frame around each view: links to the views, the account, its clock, whether the mock can be reached. */

import { get } from "./api.js";
import { go, href } from "./place.js";
import { el, render } from "./render.js";
import { ticking } from "./ticking.js";

const frame = document.getElementById("frame");
const nav = document.getElementById("nav");

const known = { accounts: [], clock: null, isConnected: null };

/** Ask for what the frame shows. */
export async function loadFrame(signal) {
  const paths = ["/accounts", "/clock"];
  const [{ accounts }, clock] = await Promise.all(paths.map((path) => get(path, {}, signal)));
  Object.assign(known, { accounts, clock });
}

/** Keep whether the mock can be reached. */
export function keepConnected(isConnected) {
  known.isConnected = isConnected;
}

/** Return whether the mock is known to be out of reach. */
export function isOffline() {
  return known.isConnected === false;
}

/** Return whether requests of several accounts may be shown. */
export function areSeveral(at) {
  return known.accounts.length > 1 && !at.account;
}

/** Draw the frame around a place. */
export function drawFrame(at, views) {
  render(
    nav,
    el(
      "ul",
      {},
      views.map((view, index) => navLink(view, index, at)),
    ),
  );
  render(frame, accountField(at), known.clock && clockLink(known.clock), connection());
}

function navLink(view, index, at) {
  const isCurrent = view.name === at.view;
  const link = {
    href: href({ view: view.name, ...(isCurrent && { q: "", id: "", show: "", limit: "" }) }),
    "aria-current": isCurrent && "page",
  };
  return el("li", {}, el("a", link, view.short ?? view.title, el("kbd", { "aria-hidden": "true" }, index + 1)));
}

function accountField(at) {
  if (known.accounts.length < 2 && !at.account) return null;
  const change = (event) => go({ account: event.target.value, id: "", limit: "" });
  const names = known.accounts.map((account) => account.name);
  // An account that is gone can still be read from the URL.
  if (at.account && !names.includes(at.account)) names.push(at.account);
  const options = names.map((name) => el("option", { value: name }, name));
  return el(
    "label",
    { class: "inline", key: "account" },
    "Account ",
    el(
      "select",
      { value: at.account, on: { change } },
      el("option", { value: "" }, `all (state of ${defaultName()})`),
      options,
    ),
  );
}

function defaultName() {
  return known.accounts.find((account) => account.default)?.name ?? "the first";
}

function clockLink(clock) {
  const words = clock.mode === "real" ? "UTC" : `UTC, ${clock.mode}`;
  return el(
    "a",
    { class: `clock ${clock.mode}`, key: "clock", href: href({ view: "clock" }) },
    ticking(clock),
    ` ${words}`,
  );
}

function connection() {
  const [words, tone] = { true: ["live", "good"], false: ["offline", "bad"] }[known.isConnected] ?? [
    "connecting",
    "plain",
  ];
  return el("span", { class: `connection ${tone}`, key: "connection", role: "status" }, words);
}
