/**
 * Elements as plain values, and bringing the document in line with them.
 *
 * What stays the same is not touched, so that focus, scroll position, selection and what the user types stay.
 * Text is always text: nothing here parses HTML.
 */

const MADE_OF = Symbol("the value that a node was last made of");

/** What the user changes in a control; it follows the value only as long as the user has not touched it. */
const LIVE = ["value", "checked", "open"];

/** What a reset of the form makes of it. */
const DEFAULTS = { value: "defaultValue", checked: "defaultChecked" };

/** Return an element as plain value; `on` holds its listeners, `key` tells it from its siblings. */
export function el(tag, props = {}, ...children) {
  const { key, on = {}, ...attributes } = props;
  return { tag, key, on, attributes, children: children.flat(Infinity).filter(isShown).map(asValue) };
}

/** Make the children of a node those that are given. */
export function render(parent, ...children) {
  patchChildren(parent, el("", {}, ...children).children);
}

function isShown(child) {
  return child !== null && child !== undefined && child !== false && child !== "";
}

function asValue(child) {
  return typeof child === "object" && "tag" in child ? child : { text: String(child) };
}

function patchChildren(parent, values) {
  const known = removeStale(parent, new Set(values.map((value) => value.key)));
  let at = parent.firstChild;
  for (const value of values) {
    const old = value.key === undefined ? at : known.get(value.key);
    const node = old && fits(old, value) ? old : create(value);
    update(node, value);
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
  while (at) at = removed(at);
}

/** Remove keyed nodes that are no longer wanted; return the others by key. Moving nodes would cost them their focus. */
function removeStale(parent, keys) {
  const known = new Map();
  for (let node = parent.firstChild; node;) {
    const key = node[MADE_OF]?.key;
    if (key !== undefined && !keys.has(key)) node = removed(node);
    else {
      if (key !== undefined) known.set(key, node);
      node = node.nextSibling;
    }
  }
  return known;
}

function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

function fits(node, value) {
  const old = node[MADE_OF];
  return old !== undefined && old.tag === value.tag && old.key === value.key;
}

function create(value) {
  const node = value.tag ? document.createElement(value.tag) : document.createTextNode(value.text);
  node[MADE_OF] = { ...value, on: {}, attributes: {}, text: value.text };
  return node;
}

function update(node, value) {
  const old = node[MADE_OF];
  node[MADE_OF] = value;
  if (!value.tag) {
    if (old.text !== value.text) node.data = value.text;
    return;
  }
  listen(node, value.on);
  patchAttributes(node, old.attributes, value.attributes);
  patchChildren(node, value.children);
  patchLive(node, old.attributes, value.attributes);
}

function listen(node, on) {
  // The same listener twice counts once.
  for (const type of Object.keys(on)) node.addEventListener(type, dispatch);
}

function dispatch(event) {
  event.currentTarget[MADE_OF].on[event.type]?.(event);
}

function patchAttributes(node, old, wanted) {
  for (const name of new Set([...Object.keys(old), ...Object.keys(wanted)])) {
    if (!LIVE.includes(name) && old[name] !== wanted[name]) setAttribute(node, name, wanted[name]);
  }
}

function setAttribute(node, name, value) {
  if (value === undefined || value === null || value === false) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : value);
}

function patchLive(node, old, wanted) {
  for (const name of LIVE) {
    if (!(name in wanted) || old[name] === wanted[name]) continue;
    const isUntouched = !(name in old) || node[name] === old[name];
    if (DEFAULTS[name] in node) node[DEFAULTS[name]] = wanted[name];
    if (isUntouched) node[name] = wanted[name];
  }
}

/** Have the page drawn again from what is known. */
export function redraw() {
  document.dispatchEvent(new Event("redraw"));
}
