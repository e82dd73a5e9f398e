// Building the page. Everything that people or the bot wrote goes in as text nodes or attributes:
// no module of this page parses data as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element. Props: class, dataset, on (listeners), style (CSSOM), anything else an attribute. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (name === "style") Object.assign(node.style, value);
    else if (name === "on") for (const [kind, fn] of Object.entries(value)) node.addEventListener(kind, fn);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

export const byId = (id) => document.getElementById(id);

/** A round picture of who speaks: the brush for the bot, the first letter of the name for people. */
export function avatar(who, kind = "user") {
  if (kind === "bot") return el("span", { class: "avatar bot", "aria-hidden": "true" }, icon("brush"));
  if (kind === "group") return el("span", { class: "avatar group", "aria-hidden": "true" }, "部");
  const name = who?.name || "？";
  const hue = [...(who?.id || name)].reduce((sum, char) => (sum * 31 + char.codePointAt(0)) % 360, 7);
  const node = el("span", { class: "avatar", "aria-hidden": "true" }, [...name][0]);
  node.style.setProperty("--hue", hue);
  return node;
}

const CLOCK = new Intl.DateTimeFormat("ja-JP", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("ja-JP", { month: "long", day: "numeric", weekday: "short" });

export const clock = (ms) => CLOCK.format(new Date(ms));

/** The day of a moment as talk rooms say it: 今日, 昨日, or the date. */
export function day(ms) {
  const that = new Date(ms).setHours(0, 0, 0, 0);
  const away = Math.round((new Date().setHours(0, 0, 0, 0) - that) / 86400000);
  return away === 0 ? "今日" : away === 1 ? "昨日" : DAY.format(that);
}

let fading;
/** A short notice at the foot of the page, read out by screen readers. */
export function toast(text) {
  const node = byId("toast");
  node.textContent = text;
  node.classList.add("shown");
  clearTimeout(fading);
  fading = setTimeout(() => node.classList.remove("shown"), 2800);
}

/** One line that stands for a message where there is no room for it: lists, quotes. */
export function summary(message) {
  if (!message) return "";
  if (typeof message === "string") return message;
  if (message.unsent) return "送信を取り消しました";
  if (message.type === "image") return "写真";
  if (message.type === "sticker") return "スタンプ";
  return (message.text ?? message.altText ?? "").split("\n")[0];
}
