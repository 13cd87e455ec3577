/** A clock that goes on while nobody asks the mock. */

import { el } from "./render.js";

/** Return the time of an account's clock, which goes on by itself unless it is frozen. */
export function ticking({ mode, now }) {
  const from = mode === "frozen" ? null : Date.parse(now) - Date.now();
  return el("time", { "data-now": now, "data-ahead": from, class: "mono" }, shown(now));
}

function shown(iso) {
  return iso.slice(0, 19).replace("T", " ");
}

function tick() {
  for (const node of document.querySelectorAll("[data-ahead]")) {
    const now = new Date(Date.now() + Number(node.dataset.ahead));
    // The text node stays: it is the renderer's.
    node.firstChild.data = shown(now.toISOString());
  }
}

setInterval(tick, 1000);
