/** The page: loads what its place asks for, draws it, and does so again whenever the mock has changed. */

import { Gone } from "./api.js";
import { clock } from "./clock.js";
import { contacts } from "./contacts.js";
import { customEvents } from "./custom_events.js";
import { faults } from "./faults.js";
import { areSeveral, drawFrame, isOffline, keepConnected, loadFrame } from "./frame.js";
import { listen, rove } from "./keys.js";
import { Pace } from "./pace.js";
import { follow as followLink, href, onPlace, place } from "./place.js";
import { el, render } from "./render.js";
import { requests } from "./requests.js";
import { follow } from "./stream.js";
import { surveys } from "./surveys.js";
import { webhooks } from "./webhooks.js";
import "./reset.js";

const VIEWS = [requests, surveys, contacts, customEvents, faults, clock, webhooks];
const main = document.getElementById("main");

/** What is drawn: the answers of the mock, the place they belong to, and what went wrong since. */
const drawn = { at: null, data: null, error: null };
let focusNext = null;

const view = new Pace(loadView, 200);
const frame = new Pace(loadAround, 1000);

function viewOf(at) {
  return VIEWS.find((one) => one.name === at.view) ?? requests;
}

async function loadView(signal) {
  const at = place();
  try {
    const data = await viewOf(at).load(at, signal);
    if (!signal.aborted) Object.assign(drawn, { at, data, error: null });
  } catch (error) {
    if (signal.aborted) return;
    keep(at, error);
  }
  if (!signal.aborted) draw();
}

/** What was drawn stays in sight while the mock cannot be reached; otherwise what is wrong takes its place. */
function keep(at, error) {
  const isSame = drawn.data && drawn.at.view === at.view && drawn.at.account === at.account;
  if (error instanceof Gone && isSame) drawn.error = error;
  else Object.assign(drawn, { at, data: null, error });
}

async function loadAround(signal) {
  try {
    await loadFrame(signal);
  } catch {
    // The view tells what is wrong.
  }
  if (!signal.aborted) draw();
}

function draw() {
  const at = place();
  document.title = `${viewOf(at).title} · mock Promoter.io`;
  drawFrame(at, VIEWS);
  if (drawn.at) drawView(drawn);
  rove();
  moveFocus();
}

function drawView({ at, data, error }) {
  render(main, banner(error), data && viewOf(at).show(data, at, areSeveral(at)));
}

function banner(error) {
  if (isOffline() || error instanceof Gone) return trouble("Offline: the mock does not answer. Trying again…");
  const isAccount = error?.code === "control.unknown_account";
  return error && trouble(error.message, isAccount && el("a", { href: href({ account: "" }) }, "Show all accounts"));
}

function trouble(words, way = null) {
  return el("p", { key: "trouble", class: "trouble", role: "alert" }, words, way && " ", way);
}

/** Opening and closing moves the focus along, and a new view starts at its title. */
function moveFocus() {
  const isThere = focusNext && drawn.at?.view === place().view && drawn.at.id === place().id;
  const target = isThere && document.querySelector(focusNext);
  if (!target) return;
  focusNext = null;
  target.focus();
}

function arrived(former) {
  const at = place();
  if (at.view !== former.view) focusNext = "#title";
  else if (at.id !== former.id) focusNext = at.id ? "#beside-title" : `[data-row="${CSS.escape(former.id)}"]`;
  drawFrame(at, VIEWS);
  view.now();
  if (at.account !== former.account) frame.now();
}

function connected(isConnected) {
  keepConnected(isConnected);
  draw();
}

function changed() {
  view.soon();
  frame.soon();
}

function clicked(event) {
  const link = event.target.closest?.("a[href]");
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const isOurs = link && link.origin === location.origin && link.pathname === location.pathname && !link.hash;
  if (!isPlain || !isOurs) return;
  event.preventDefault();
  followLink(link.href);
}

document.addEventListener("click", clicked);
document.addEventListener("redraw", draw);
onPlace(arrived);
listen(VIEWS);
draw();
follow(changed, connected);
