// What pages can do beyond links and forms; every page works without it.
//
// The files of this folder are one module: assets.c joins them, so they share their names. No block
// comments and no backquotes here, for only then does the server trim the script.

const $ = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// Makes an element; attributes with a false value are left out, children may be texts.
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false && value != null) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

// One part that fails must not take the others along; the page works without any of them.
function attempt(part, ...values) {
  try { return part(...values); } catch (error) { console.warn(error); }
}

// Figures as the server writes them.
const count = (number) => new Intl.NumberFormat("en").format(number);

function size(octets) {
  const units = ["bytes", "KB", "MB", "GB", "TB"];
  let at = 0;
  for (; octets >= 1024 && at < 4; at += 1) octets /= 1024;
  const figure = at && octets < 100 ? octets.toFixed(1).replace(".0", "") : Math.round(octets);
  return figure + " " + units[at];
}

function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const and = (number, unit) => (number ? " " + number + " " + unit : "");
  if (whole < 60) return whole + " s";
  if (whole < 3600) return Math.floor(whole / 60) + " min" + and(whole % 60, "s");
  if (whole < 86400) return Math.floor(whole / 3600) + " h" + and(Math.floor((whole % 3600) / 60), "min");
  const days = Math.floor(whole / 86400);
  return days === 1 ? "1 day" : count(days) + " days";
}

function rate(perSecond) {
  if (perSecond == null) return "";
  if (perSecond >= 10) return count(Math.round(perSecond)) + " a second";
  return count(Math.round(perSecond * 60)) + " a minute";
}
