// What happens when a button, a picture or a quick reply is tapped.
// Rules: Messaging API reference, "Action objects".

import { el, toast } from "./dom.js";

const SAFE = /^(https?|tel|line):/i;

/** A link for a uri action that is safe to follow, else null: javascript: and data: stay dead. */
export function address(action) {
  const uri = action?.type === "uri" ? (action.uri ?? "") : "";
  return SAFE.test(uri) ? uri : null;
}

/**
 * Carry out one action. The talk gives: sendText(text), postback({data, displayText, params}),
 * fillIn(text) and pickPicture().
 */
export async function act(action, talk) {
  switch (action?.type) {
    case "postback": {
      const shown = action.displayText ?? action.text;
      await talk.postback({ data: action.data, ...(shown ? { displayText: shown } : {}) });
      if (action.inputOption === "openKeyboard") talk.fillIn(action.fillInText ?? "");
      return;
    }
    case "message":
      return talk.sendText(action.text);
    case "uri": {
      const uri = address(action);
      if (uri) window.open(uri, "_blank", "noopener,noreferrer");
      else toast("このリンクは開けません");
      return;
    }
    case "clipboard":
      return copy(action.clipboardText ?? "");
    case "camera":
    case "cameraRoll":
      return talk.pickPicture();
    default:
      toast("この操作は、この画面では使えません");
  }
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("コピーしました");
  } catch {
    toast("コピーできませんでした");
  }
}

/** Make any element tappable, by mouse, finger and keyboard; the innermost action wins. */
export function tappable(node, action, talk) {
  if (!action) return node;
  const run = (event) => {
    event.preventDefault();
    event.stopPropagation();
    act(action, talk);
  };
  node.classList.add("tappable");
  node.tabIndex = 0;
  node.setAttribute("role", address(action) ? "link" : "button");
  if (action.label) node.setAttribute("aria-label", action.label);
  node.addEventListener("click", run);
  node.addEventListener("keydown", (event) => {
    if (event.target === node && (event.key === "Enter" || event.key === " ")) run(event);
  });
  return node;
}

/** A real button, or a real link for uri actions, so that both behave as browsers' own. */
export function actionButton(action, talk, props = {}) {
  const label = action?.label || action?.text || "…";
  const uri = address(action);
  if (uri) {
    const stop = (event) => event.stopPropagation();
    return el("a", { ...props, href: uri, target: "_blank", rel: "noopener noreferrer", on: { click: stop } }, label);
  }
  const click = (event) => {
    event.stopPropagation();
    act(action, talk);
  };
  return el("button", { ...props, type: "button", on: { click } }, label);
}
