// Template messages: buttons, confirm, carousel, image_carousel.
// Rules: Messaging API reference, "Template messages".

import { actionButton, tappable } from "./actions.js";
import { el } from "./dom.js";
import { frame } from "./flex.js";

function actions(list, talk, className = "") {
  const buttons = (list ?? []).map((action) => actionButton(action, talk, { class: "fx-button link small" }));
  return el("div", { class: `tp-actions ${className}` }, buttons);
}

function card(part, talk, look) {
  const node = el("div", { class: "fx-bubble tp-card" });
  if (part.thumbnailImageUrl) {
    const square = look.imageAspectRatio === "square";
    const picture = frame(part.thumbnailImageUrl, {
      aspect: square ? "1 / 1" : "1.51 / 1",
      mode: look.imageSize === "contain" ? "fit" : "cover",
      background: part.imageBackgroundColor ?? "#FFFFFF",
    });
    node.append(tappable(picture, part.defaultAction, talk));
  }
  const words = el("div", { class: "tp-words" }, part.title && el("strong", {}, part.title), el("p", {}, part.text ?? ""));
  node.append(tappable(words, part.defaultAction, talk), actions(part.actions, talk));
  return node;
}

function poster(column, talk) {
  const node = el("div", { class: "tp-poster" }, frame(column.imageUrl, { aspect: "1 / 1", alt: column.action?.label }));
  if (column.action?.label) node.append(el("span", { class: "tp-label" }, column.action.label));
  return tappable(node, column.action, talk);
}

const row = (items) => el("div", { class: "carousel", tabindex: "0", role: "group", "aria-label": "カルーセル" }, items);

/** Render the template of a template message. */
export function template(message, talk) {
  const part = message?.type === "template" ? message.template : message;
  switch (part?.type) {
    case "buttons":
      return card(part, talk, part);
    case "confirm":
      return el(
        "div",
        { class: "fx-bubble tp-card" },
        el("div", { class: "tp-words" }, el("p", {}, part.text ?? "")),
        actions(part.actions, talk, "side"),
      );
    case "carousel":
      return row((part.columns ?? []).map((column) => card(column, talk, part)));
    case "image_carousel":
      return row((part.columns ?? []).map((column) => poster(column, talk)));
    default:
      return null;
  }
}
