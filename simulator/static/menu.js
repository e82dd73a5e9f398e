// The menu of one message: by its … button, by right click, by long press.

import { byId, el, icon } from "./dom.js";

const HOLD_MS = 500;
let opener = null;

export function closeMenu(refocus = false) {
  const menu = byId("menu");
  if (menu.hidden) return;
  menu.hidden = true;
  if (refocus) opener?.focus();
}

/** Show items [{icon, label, run, danger?}] beside a node or a point. */
export function openMenu(items, anchor, point) {
  const menu = byId("menu");
  opener = anchor;
  menu.replaceChildren(
    ...items.map((item) => {
      const click = () => {
        closeMenu(true);
        item.run();
      };
      return el("button", { type: "button", role: "menuitem", class: item.danger ? "danger" : "", on: { click } }, icon(item.icon), item.label);
    }),
  );
  menu.hidden = false;
  const near = anchor.getBoundingClientRect();
  const at = point ?? { x: near.left, y: near.bottom + 4 };
  const space = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(at.x, innerWidth - space.width - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(at.y, innerHeight - space.height - 8))}px`;
  menu.firstElementChild?.focus();
}

/** Wire the menu's own keys, and the gestures that open it over the list of messages. */
export function wireMenu(list, onAsk) {
  const menu = byId("menu");
  menu.addEventListener("keydown", (event) => {
    const all = [...menu.children];
    const now = all.indexOf(document.activeElement);
    const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      all.at(next % all.length)?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      closeMenu(true);
    }
  });
  document.addEventListener("pointerdown", (event) => {
    if (!menu.contains(event.target)) closeMenu();
  });
  list.addEventListener("wheel", () => closeMenu(), { passive: true });

  const ask = (event) => {
    const target = event.target.closest("[data-message]");
    const row = event.target.closest(".row:not(.pending)");
    if (!target || !row) return false;
    onAsk(target.dataset.message, row.querySelector(".more") ?? row, { x: event.clientX, y: event.clientY });
    return true;
  };
  list.addEventListener("contextmenu", (event) => {
    if (!getSelection().toString() && ask(event)) event.preventDefault();
  });
  let held;
  list.addEventListener("pointerdown", (event) => {
    clearTimeout(held);
    if (event.pointerType === "touch") held = setTimeout(() => ask(event), HOLD_MS);
  });
  for (const kind of ["pointerup", "pointermove", "pointercancel"]) {
    list.addEventListener(kind, (event) => {
      if (kind !== "pointermove" || Math.hypot(event.movementX, event.movementY) > 4) clearTimeout(held);
    });
  }
}
