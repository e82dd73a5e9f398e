// Flex Messages. Sizes, defaults and the behaviour of flex and margin follow the Messaging API
// reference, "Flex Message", and the guide "Flex Message layout". Values are set through the CSSOM,
// which drops whatever is no valid value, so a message cannot smuggle in other rules.

import { actionButton, tappable } from "./actions.js";
import { el } from "./dom.js";

const SPACE = { none: 0, xs: 2, sm: 4, md: 8, lg: 12, xl: 16, xxl: 20 };
const FONT = {
  xxs: 11, xs: 13, sm: 14, md: 16, lg: 19, xl: 22, xxl: 29, "3xl": 35, "4xl": 48, "5xl": 74,
};
const IMAGE = {
  xxs: 40, xs: 60, sm: 80, md: 100, lg: 120, xl: 140, xxl: 160,
  "3xl": 180, "4xl": 200, "5xl": 220, full: "100%",
};
const BORDER = { none: 0, light: 0.5, normal: 1, medium: 2, "semi-bold": 3, bold: 4 };
const EDGES = ["Top", "Bottom", "Start", "End"];
const COLOUR = /^#[0-9a-f]{6}([0-9a-f]{2})?$/i;
const SIDE = { start: "flex-start", center: "center", end: "flex-end", top: "flex-start", bottom: "flex-end" };
const BUBBLES = new Set(["nano", "micro", "deca", "hecto", "kilo", "mega", "giga"]);

function size(value, scale = SPACE) {
  if (value === undefined || value === null) return undefined;
  const known = scale[value];
  if (known !== undefined) return typeof known === "number" ? `${known}px` : known;
  return /^-?\d+(\.\d+)?(px|%)$/.test(value) ? value : undefined;
}

const colour = (value) => (COLOUR.test(value ?? "") ? value : undefined);

/** Set the styles that have a value. */
function dress(node, styles) {
  for (const [name, value] of Object.entries(styles)) if (value !== undefined) node.style[name] = value;
  return node;
}

function gradient(background) {
  if (background?.type !== "linearGradient") return undefined;
  const stops = [
    [background.startColor, "0%"],
    [background.centerColor, background.centerPosition ?? "50%"],
    [background.endColor, "100%"],
  ].filter(([shade, at]) => colour(shade) && /^\d+(\.\d+)?%$/.test(at));
  if (stops.length < 2 || !/^\d+(\.\d+)?deg$/.test(background.angle ?? "")) return undefined;
  return `linear-gradient(${background.angle}, ${stops.map((stop) => stop.join(" ")).join(", ")})`;
}

/** Position and offsets, which every component may have. */
function place(node, part) {
  if (part.position === "absolute") node.style.position = "absolute";
  for (const edge of EDGES) {
    const value = size(part[`offset${edge}`]);
    const name = { Top: "top", Bottom: "bottom", Start: "insetInlineStart", End: "insetInlineEnd" }[edge];
    if (value !== undefined) {
      node.style[name] = value;
      if (part.position !== "absolute") node.style.position = "relative";
    }
  }
  return node;
}

/** How a child takes room in its parent; the default is 1 across and 0 downwards. */
function stretch(node, part, layout) {
  const across = layout !== "vertical";
  const fixed = ["icon", "separator", "spacer"].includes(part.type);
  const fallback = part.type === "filler" ? 1 : across && !fixed && !part.width ? 1 : 0;
  const share = Number.isFinite(part.flex) ? Math.max(0, part.flex) : fallback;
  node.style.flex = share === 0 ? "0 0 auto" : `${share} 0 ${across ? "0px" : "auto"}`;
  // A share of 0 is as wide as its content, yet must not push the bubble open.
  if (across && share === 0 && part.type === "text") node.style.flexShrink = "1";
  if (part.gravity && layout === "horizontal") node.style.alignSelf = SIDE[part.gravity] ?? "";
  return node;
}

function box(part, talk) {
  const layout = ["horizontal", "baseline"].includes(part.layout) ? part.layout : "vertical";
  const node = el("div", { class: `fx-box fx-${layout}` });
  dress(node, {
    backgroundColor: colour(part.backgroundColor),
    backgroundImage: gradient(part.background),
    borderColor: colour(part.borderColor),
    borderWidth: size(part.borderWidth, BORDER),
    borderRadius: size(part.cornerRadius),
    width: size(part.width),
    maxWidth: size(part.maxWidth) ?? "100%",
    height: size(part.height),
    maxHeight: size(part.maxHeight),
    padding: size(part.paddingAll),
    paddingTop: size(part.paddingTop),
    paddingBottom: size(part.paddingBottom),
    paddingInlineStart: size(part.paddingStart),
    paddingInlineEnd: size(part.paddingEnd),
    justifyContent: part.justifyContent,
    alignItems: layout === "baseline" ? undefined : SIDE[part.alignItems],
  });
  if (part.cornerRadius || part.height || part.maxHeight) node.style.overflow = "hidden";
  let first = true;
  for (const child of part.contents ?? []) {
    const made = component(child, talk, layout);
    if (!made) continue;
    stretch(place(made, child), child, layout);
    const afloat = child.position === "absolute";
    const gap = size(child.margin) ?? (first || afloat ? undefined : size(part.spacing));
    if (gap !== undefined) made.style[layout === "vertical" ? "marginTop" : "marginInlineStart"] = gap;
    if (!afloat) first = false;
    node.append(made);
  }
  return tappable(node, part.action, talk);
}

function lettering(node, part) {
  return dress(node, {
    color: colour(part.color),
    fontSize: size(part.size, FONT),
    fontWeight: part.weight === "bold" ? "700" : undefined,
    fontStyle: part.style === "italic" ? "italic" : undefined,
    textDecoration: { underline: "underline", "line-through": "line-through" }[part.decoration],
  });
}

function text(part, talk) {
  const node = el("p", { class: part.wrap ? "fx-text wrap" : "fx-text" });
  const spans = (part.contents ?? []).filter((span) => span.type === "span");
  if (spans.length) node.append(...spans.map((span) => lettering(el("span", {}, span.text ?? ""), span)));
  else node.append(part.text ?? "");
  dress(lettering(node, part), { textAlign: part.align, lineHeight: undefined });
  const leading = size(part.lineSpacing);
  if (leading) node.style.lineHeight = `calc(1.4em + ${leading})`;
  if (part.wrap && part.maxLines > 0) {
    node.classList.add("clamp");
    node.style.webkitLineClamp = String(part.maxLines);
  }
  return tappable(node, part.action, talk);
}

function ratio(value) {
  const match = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(value ?? "");
  return match ? `${match[1]} / ${match[2]}` : "1 / 1";
}

/** A picture in a frame of the asked shape; the frame keeps its room until the picture is there. */
export function frame(url, { aspect, mode, alt = "", background } = {}) {
  const picture = el("img", { src: /^(https?|data|blob):|^\//i.test(url ?? "") ? url : null, alt, loading: "lazy", draggable: "false" });
  picture.style.objectFit = mode === "fit" ? "contain" : "cover";
  const node = el("span", { class: "fx-frame" }, picture);
  return dress(node, { aspectRatio: aspect, backgroundColor: colour(background) });
}

function image(part, talk, layout) {
  const framed = frame(part.url, {
    aspect: ratio(part.aspectRatio),
    mode: part.aspectMode ?? "fit",
    alt: part.action?.label ?? "画像",
    background: part.backgroundColor,
  });
  framed.style.width = size(part.size ?? "md", IMAGE) ?? "100px";
  const node = el("div", { class: "fx-image" }, framed);
  node.style.justifyContent = SIDE[part.align ?? "center"];
  if (layout === "hero") node.style.width = "100%";
  return tappable(node, part.action, talk);
}

function iconPart(part) {
  const framed = frame(part.url, { aspect: ratio(part.aspectRatio), mode: "fit" });
  framed.classList.add("fx-icon");
  framed.style.fontSize = size(part.size ?? "md", FONT) ?? "16px";
  return framed;
}

function button(part, talk) {
  const style = ["primary", "secondary"].includes(part.style) ? part.style : "link";
  const node = actionButton(part.action, talk, {
    class: `fx-button ${style} ${part.height === "sm" ? "small" : ""}`,
  });
  const shade = colour(part.color);
  if (shade) node.style[style === "link" ? "color" : "backgroundColor"] = shade;
  return node;
}

function separator(part) {
  return dress(el("hr", { class: "fx-separator" }), { borderColor: colour(part.color) });
}

function spacer(part) {
  const node = el("span", { class: "fx-spacer", "aria-hidden": "true" });
  node.style.padding = `calc(${size(part.size ?? "md")} / 2)`;
  return node;
}

function component(part, talk, layout) {
  switch (part?.type) {
    case "box": return box(part, talk);
    case "text": return text(part, talk);
    case "image": return image(part, talk, layout);
    case "button": return button(part, talk);
    case "icon": return iconPart(part);
    case "separator": return separator(part);
    case "spacer": return spacer(part);
    case "filler": return el("span", { "aria-hidden": "true" });
    default: return null;
  }
}

function bubble(part, talk) {
  const width = BUBBLES.has(part.size) ? part.size : "mega";
  const node = el("div", { class: `fx-bubble fx-${width}`, dir: part.direction === "rtl" ? "rtl" : null });
  for (const block of ["header", "hero", "body", "footer"]) {
    const made = part[block] && component(part[block], talk, block === "hero" ? "hero" : "vertical");
    if (!made) continue;
    const style = part.styles?.[block] ?? {};
    made.classList.add(`fx-${block}`);
    if (colour(style.backgroundColor)) made.style.backgroundColor = style.backgroundColor;
    if (style.separator && node.children.length) node.append(separator({ color: style.separatorColor }));
    node.append(made);
  }
  return tappable(node, part.action, talk);
}

/** Render a Flex container: a bubble, or a carousel of them. */
export function flex(message, talk) {
  const container = message?.type === "flex" ? message.contents : message;
  if (container?.type === "carousel") {
    const bubbles = (container.contents ?? []).map((part) => bubble(part, talk));
    return el("div", { class: "carousel", tabindex: "0", role: "group", "aria-label": "カルーセル" }, bubbles);
  }
  return bubble(container ?? {}, talk);
}
