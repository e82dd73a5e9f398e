// The rich menu under a one-to-one chat: its image, with a button over each area.

import { act } from "./actions.js";
import { get } from "./api.js";
import { byId, el } from "./dom.js";

let shownId = null; // of the menu that is drawn
let open = null; // null: nobody has decided yet, so the menu itself says (its "selected")

const percent = (part, whole) => `${(100 * part) / whole}%`;

/** Fetch the menu and show it, in a room with one person alone. */
export async function refreshRich(room, talk) {
  const whose = `user=${encodeURIComponent(room.id)}`; // somebody's own menu goes before the default one
  const menu = room.kind === "user" ? await get(`/api/richmenu?${whose}`).catch(() => null) : null;
  byId("bar").hidden = !menu;
  if (!menu) {
    byId("rich").hidden = true;
    shownId = null;
    return;
  }
  if (menu.richMenuId !== shownId) draw(menu, whose, talk);
  byId("bar").setAttribute("aria-label", menu.chatBarText);
  byId("bar").title = menu.chatBarText;
  unfold(open ?? (menu.selected && innerHeight > 700));
}

function draw(menu, whose, talk) {
  shownId = menu.richMenuId;
  const { width, height } = menu.size;
  const areas = menu.areas.map(({ bounds, action }) => {
    const label = action.label || action.text || "";
    const button = el("button", { type: "button", "aria-label": label, title: label, on: { click: () => act(action, talk) } });
    button.style.left = percent(bounds.x, width);
    button.style.top = percent(bounds.y, height);
    button.style.width = percent(bounds.width, width);
    button.style.height = percent(bounds.height, height);
    return button;
  });
  byId("rich").replaceChildren(el("div", {}, el("img", { src: `/api/richmenu/image?${whose}&menu=${menu.richMenuId}`, alt: "" }), ...areas));
}

function unfold(shown) {
  byId("rich").hidden = !shown;
  byId("bar").setAttribute("aria-expanded", String(shown));
}

export function wireRich() {
  byId("bar").addEventListener("click", () => {
    open = byId("rich").hidden;
    unfold(open);
  });
}
