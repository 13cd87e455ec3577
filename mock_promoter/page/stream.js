/** Server-sent events, read with fetch: EventSource cannot send the control token. */

import { open } from "./api.js";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 5_000;
/** The mock gives a sign of life every 15 seconds. */
const SILENCE = 40_000;

/** Call `changed` whenever the mock's state has changed, `connected` with whether it can be reached; for ever. */
export async function follow(changed, connected) {
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    await visible();
    const was = await listen(changed, connected);
    if (was) wait = FIRST_WAIT / 2;
    if (document.hidden) continue;
    connected(false);
    await pause(wait);
  }
}

/** Listen until the stream ends; return whether anything came. */
async function listen(changed, connected) {
  const ends = new AbortController();
  const leave = () => document.hidden && ends.abort();
  document.addEventListener("visibilitychange", leave);
  try {
    return await read(ends, changed, connected);
  } catch {
    return false;
  } finally {
    ends.abort();
    document.removeEventListener("visibilitychange", leave);
  }
}

async function read(ends, changed, connected) {
  const answer = await open("GET", "/events", { signal: ends.signal });
  if (!answer.ok) return false;
  let came = false;
  try {
    for await (const block of blocks(answer.body, ends)) {
      came = true;
      connected(true);
      if (block.includes("event: changed")) changed();
    }
  } catch {
    // It broke off: that it came at all is what counts.
  }
  return came;
}

/** Yield the blocks between blank lines; give up on a stream that has fallen silent. */
async function* blocks(body, ends) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const timer = setTimeout(() => ends.abort(), SILENCE);
    const { value, done } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    yield* parts;
  }
}

/** Browsers open six connections to a server: a tab that nobody sees lets go of its own. */
function visible() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
}

/** Wait a while; less if the network comes back or the user does. */
function pause(milliseconds) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
    addEventListener("online", resolve, { once: true });
    addEventListener("focus", resolve, { once: true });
  });
}
