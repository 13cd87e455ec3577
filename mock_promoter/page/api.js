/** Calls of the control plane. */

import { place } from "./place.js";
import { askToken, tokenHeader } from "./token.js";

const PREFIX = "/__mock__";

/** The mock says no; `errors` tells what is wrong with what was sent. */
class Refused extends Error {
  constructor(status, body) {
    super(body.message ?? `The mock answered ${status}.`);
    this.code = body.code ?? "";
    this.errors = body.errors ?? [];
  }
}

/** The mock does not answer. */
export class Gone extends Error {
  constructor() {
    super("The mock does not answer. Is it running?");
  }
}

/** Call the control plane, for the account that the page shows; returns the answer's value. */
export async function call(method, path, { query = {}, body, signal } = {}) {
  const answer = await open(method, path, { query, body, signal });
  const value = parsed(await answer.text());
  if (!answer.ok) throw new Refused(answer.status, value ?? {});
  return value;
}

/** Get something from the control plane. */
export function get(path, query, signal) {
  return call("GET", path, { query, signal });
}

/** Call, and return the answer while its body is still to come; asks for the token where one is wanted. */
export async function open(method, path, { query = {}, body, signal } = {}) {
  const shown = tokenHeader();
  const headers = body === undefined ? shown : { ...shown, "content-type": "application/json" };
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const answer = await reach(address(path, query), { method, headers, body: sent, signal });
  if (answer.status !== 401) return answer;
  await askToken(shown);
  return open(method, path, { query, body, signal });
}

async function reach(url, options) {
  try {
    return await fetch(url, { cache: "no-store", ...options });
  } catch (error) {
    throw error.name === "AbortError" ? error : new Gone();
  }
}

function address(path, query) {
  const given = { account: place().account, ...query };
  const pairs = Object.entries(given).filter(([, value]) => value !== "" && value !== undefined);
  const text = new URLSearchParams(pairs).toString();
  return `${PREFIX}${path}${text && `?${text}`}`;
}

function parsed(text) {
  try {
    return JSON.parse(text, exact);
  } catch {
    return null;
  }
}

/** Numbers that JavaScript cannot hold are kept as they are written, where the browser tells how. */
function exact(_, value, context) {
  const isLossy = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
  return isLossy && context?.source ? new Digits(context.source) : value;
}

/** A number as it is written. */
export class Digits {
  constructor(text) {
    this.text = text;
  }
}
