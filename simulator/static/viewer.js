// A picture in full size. Esc closes (the dialog element's own doing), arrows go to its neighbours.

import { byId, clock, el, icon } from "./dom.js";

/** Show pictures [{id, src, at, from}] starting with the one of the given id. */
export function enlarge(pictures, id) {
  const viewer = byId("viewer");
  let now = Math.max(0, pictures.findIndex((one) => one.id === id));

  const shown = el("img", { alt: "" });
  const where = el("p", { role: "status" });
  const save = el("a", { class: "icon", "aria-label": "保存", title: "保存", target: "_blank", rel: "noopener" }, icon("save"));
  const button = (name, label, run, props = {}) =>
    el("button", { ...props, type: "button", class: `icon ${name}`, "aria-label": label, on: { click: run } }, icon(name === "previous" ? "back" : name));
  const step = (by) => {
    now = (now + by + pictures.length) % pictures.length;
    show();
  };
  function show() {
    const one = pictures[now];
    shown.src = one.src;
    shown.alt = `${one.from}の写真`;
    where.textContent = `${one.from}  ${clock(one.at)}${pictures.length > 1 ? `  ${now + 1}/${pictures.length}` : ""}`;
    save.href = one.src;
    save.download = `efude-${one.id}`;
  }

  const several = pictures.length > 1;
  viewer.replaceChildren(
    el("header", {}, button("close", "閉じる", () => viewer.close()), where, save),
    el("div", { class: "stage" }, several && button("previous", "前の写真", () => step(-1)), shown, several && button("next", "次の写真", () => step(1))),
  );
  viewer.onkeydown = (event) => {
    if (several && event.key === "ArrowLeft") step(-1);
    if (several && event.key === "ArrowRight") step(1);
  };
  viewer.onclick = (event) => {
    if (event.target === viewer || event.target.classList.contains("stage")) viewer.close();
  };
  show();
  viewer.showModal();
}
