/** Times, numbers and names as people read them. All times are UTC, as the API has them. */

/** Return a time as `2026-11-24 22:00:01`. */
export function time(iso) {
  return iso ? iso.replace("T", " ").replace(/(\.\d+)?Z$/, "") : "never";
}

/** Return a time without its day where that is today's. */
export function shortTime(iso) {
  const today = new Date().toISOString().slice(0, 10);
  return iso.startsWith(today) ? time(iso).slice(11) : time(iso);
}

/** Return `1 delivery`, `2 deliveries`. */
export function plural(count, word) {
  const words = count === 1 ? word : `${word.replace(/ry$/, "rie")}s`;
  return `${count.toLocaleString("en")} ${words}`;
}

/** Return a contact's name, else its e-mail. */
export function personName(contact) {
  return `${contact.first_name} ${contact.last_name}`.trim() || contact.email;
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** Return a number of seconds as `30 days 2 hours`. */
export function duration(seconds) {
  const parts = [];
  let rest = Math.abs(seconds);
  for (const [word, length] of UNITS) {
    const whole = Math.floor(rest / length);
    rest -= whole * length;
    if (whole) parts.push(plural(whole, word));
  }
  if (rest || !parts.length) parts.push(plural(Math.round(rest * 1000) / 1000, "second"));
  return parts.join(" ");
}
