// One entry of the talk: a message, an album of pictures sent together, or a notice.

import { avatar, clock, day, el, icon, summary } from "./dom.js";
import { flex } from "./flex.js";
import { template } from "./template.js";
import { rich } from "./text.js";

const TOGETHER_MS = 2500;

/** Group what belongs together: pictures that the bot sent in one call become one album. */
export function units(messages) {
  const groups = [];
  for (const message of messages) {
    const album = groups.at(-1);
    const before = album?.at(-1);
    const joins =
      before && message.type === "image" && before.type === "image" && !message.unsent && !before.unsent &&
      message.from?.kind === "bot" && before.from?.id === message.from?.id &&
      message.at - before.at < TOGETHER_MS;
    if (joins) album.push(message);
    else groups.push([message]);
  }
  return groups;
}

function notice(text, props = {}) {
  return el("li", { ...props, class: "notice" }, el("span", {}, text));
}

export const dayMark = (ms) => notice(day(ms), { dataset: { kind: "day" } });

function quoted(message, talk) {
  if (!message.quote) return null;
  const source = talk.find(message.quote.id);
  const plain = source ? source.type === "text" && !source.unsent : true;
  const said = plain ? (message.quote.text ?? summary(source)) : summary(source);
  return el(
    "button",
    { type: "button", class: "quote", "aria-label": `引用元へ: ${said}`, on: { click: () => talk.jump(message.quote.id) } },
    source?.type === "image" && source.image && el("img", { src: source.image.preview, alt: "" }),
    el("span", {}, source && el("b", {}, source.from?.name ?? ""), el("span", {}, said || "メッセージ")),
  );
}

function picture(message, talk, label) {
  const open = () => talk.enlarge(message.id);
  return el(
    "button",
    { type: "button", class: "picture", "aria-label": label, dataset: { message: message.id }, on: { click: open } },
    el("img", { src: message.image?.preview ?? message.image?.original, alt: "", draggable: "false" }),
  );
}

/** The pictures of LINE's stickers are not ours to show: a word of our own stands for each. */
function sticker(message) {
  const known = STICKERS.find((one) => one.stickerId === message.sticker?.stickerId);
  const shown = known ?? { word: "スタンプ", hue: 205 };
  return el("div", { class: "sticker", role: "img", "aria-label": `スタンプ「${shown.word}」` }, lettering(shown));
}

export const STICKERS = ["ありがとう", "すごい！", "いいね", "おねがい", "まってる", "うれしいねこ"].map((word, index) => ({
  word,
  hue: [340, 28, 150, 205, 268, 45][index],
  packageId: "446",
  stickerId: String(1988 + index),
}));

export function lettering({ word, hue }) {
  const node = el("span", { class: "word" }, word);
  node.style.setProperty("--hue", hue);
  return node;
}

function content(group, talk) {
  const [message] = group;
  if (group.length > 1) {
    const name = (index) => `写真 ${index + 1}/${group.length} を拡大`;
    return el("div", { class: `album of${Math.min(group.length, 5)}` }, group.map((one, index) => picture(one, talk, name(index))));
  }
  switch (message.type) {
    case "image":
      return picture(message, talk, "写真を拡大");
    case "sticker":
      return sticker(message);
    case "flex":
      return el("div", { class: "flex", "aria-label": message.altText }, flex(message.flex, talk));
    case "template": {
      const made = template(message.template ?? message.flex, talk);
      return el("div", { class: "flex", "aria-label": message.altText }, made ?? message.altText ?? "");
    }
    default:
      return el(
        "div",
        { class: "bubble" },
        quoted(message, talk),
        el("p", {}, rich(message.text ?? message.altText ?? `（${message.type}）`, message.mention)),
      );
  }
}

function marks(message, own, talk) {
  if (message.failed) return el("span", { class: "failed" }, "送れませんでした");
  if (message.pending) return el("span", {}, "送信中");
  const readers = talk.readers(message);
  return el(
    "span",
    { class: "marks" },
    el("span", {}, [message.edited && "編集済み", own && readers].filter(Boolean).join(" ")),
    message.via && el("span", { class: `via ${message.via}` }, message.via === "push" ? "push" : "reply"),
    el("time", { datetime: new Date(message.at).toISOString() }, clock(message.at)),
  );
}

/** Build the list entry of a group of messages. head: whether to show who speaks. */
export function entry(group, talk, { own, head, named }) {
  const message = group.at(-1);
  const props = { dataset: { message: group[0].id, kind: message.type } };
  if (message.type === "event") return notice(message.text ?? "", props);
  if (message.unsent) {
    const who = own ? "" : `${message.from?.name ?? ""}が`;
    props.dataset.kind = "unsent";
    return notice(`${who}送信を取り消しました`, props);
  }
  const more = el(
    "button",
    { type: "button", class: "more", "aria-label": "メッセージの操作", "aria-haspopup": "menu" },
    icon("more"),
  );
  more.addEventListener("click", () => talk.menu(group[0], more));
  const retry = message.failed && el("button", { type: "button", class: "retry", on: { click: () => talk.retry(message) } }, "再送");
  const line = el(
    "div",
    { class: "line" },
    content(group, talk),
    el("div", { class: "meta" }, message.pending || message.failed ? null : more, marks(message, own, talk), retry),
  );
  // A message may carry another name for the bot (Messaging API, "Change icon and display name").
  const speaker = { ...message.from, name: message.sender?.name ?? message.from?.name };
  const node = el(
    "li",
    { ...props, class: `row ${own ? "own" : "other"} ${head ? "head" : ""} ${message.pending ? "pending" : ""}` },
    own ? null : head ? avatar(speaker, speaker.kind) : el("span", { class: "avatar gap" }),
    el("div", { class: "said" }, el("span", { class: named && head && !own ? "name" : "unseen" }, speaker.name ?? ""), line),
  );
  return node;
}
