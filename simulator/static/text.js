// Text of a bubble: mentions marked, addresses made into links, all of it as text nodes.

import { el } from "./dom.js";

const ADDRESS = /https?:\/\/[^\s<>"「」『』（）、。]+/g;

function linked(text) {
  const parts = [];
  let done = 0;
  for (const match of text.matchAll(ADDRESS)) {
    parts.push(text.slice(done, match.index), link(match[0], match[0]));
    done = match.index + match[0].length;
  }
  parts.push(text.slice(done));
  return parts.filter((part) => part !== "");
}

function link(address, label) {
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label);
}

/** The spans to mark: LINE counts index and length in UTF-16 units, and so do JavaScript strings. */
function mentionees(mention) {
  const spans = Array.isArray(mention) ? mention : (mention?.mentionees ?? []);
  return spans.filter((span) => span.length > 0).sort((a, b) => a.index - b.index);
}

export function rich(text, mention) {
  const parts = [];
  let done = 0;
  for (const span of mentionees(mention)) {
    if (span.index < done || span.index + span.length > text.length) continue;
    parts.push(...linked(text.slice(done, span.index)));
    const name = text.slice(span.index, span.index + span.length);
    parts.push(el("span", { class: span.isSelf ? "mention self" : "mention" }, name));
    done = span.index + span.length;
  }
  parts.push(...linked(text.slice(done)));
  return parts;
}
