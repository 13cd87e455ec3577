/** Where the page is, as its URL tells: the view, its filter, what is open, the account. So links can be shared. */

const FIELDS = ["account", "view", "q", "show", "limit", "id"];

/** The fields that a change of the view leaves alone. */
const KEPT = ["account"];

const listeners = [];
let current = read(location.search);

/** Return the place; all its fields are text, empty where the URL does not name them. */
export function place() {
  return current;
}

/** Return the link to the place with some fields changed; another view starts without filter. */
export function href(change) {
  const leaves = "view" in change && change.view !== current.view;
  const from = leaves ? pick(current, KEPT) : current;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...blank(), ...from, ...change })) {
    if (value) query.set(name, value);
  }
  return `${location.pathname}?${query}`;
}

/** Go there; `replace` leaves no trace for the back button. */
export function go(change, { replace = false } = {}) {
  follow(href(change), replace);
}

/** Go where a link leads. */
export function follow(url, replace = false) {
  const target = new URL(url, location.href);
  if (target.href !== location.href) history[replace ? "replaceState" : "pushState"](null, "", target);
  arrive();
}

/** Call a function whenever the place has changed, with the former place. */
export function onPlace(listener) {
  listeners.push(listener);
}

function arrive() {
  const former = current;
  current = read(location.search);
  for (const listener of listeners) listener(former);
}

function read(search) {
  const query = new URLSearchParams(search);
  const found = Object.fromEntries(FIELDS.map((name) => [name, query.get(name) ?? ""]));
  return { ...found, view: found.view || "requests" };
}

function blank() {
  return Object.fromEntries(FIELDS.map((name) => [name, ""]));
}

function pick(from, names) {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}

addEventListener("popstate", arrive);
