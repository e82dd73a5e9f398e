// The developer panel: what went over the wire, and levers for what LINE can do to a bot.

import { get, inRoom, listOf, post, remove } from "./api.js";
import { byId, clock, el, icon, toast } from "./dom.js";
import { state } from "./talk.js";

const LAST = 25;
const FAULTS = [
  ["500", "500 エラー"], ["429-rate", "429 回数制限"], ["429-quota", "429 月の上限"], ["400", "400 不正"], ["410", "410 取り消し済み"], ["202", "202 準備中"],
  ["401", "401 認証"], ["drop", "届く前に切断"], ["drop-after", "届いた後に切断"], ["hang", "応答なし"], ["latency", "遅延"],
];
const ENDPOINTS = ["reply", "push", "loading", "quota", "content", "*"];
const EVENTS = [
  ["follow", "友だち追加"], ["unfollow", "ブロック"], ["join", "絵筆が参加"], ["leave", "絵筆が退出"],
  ["memberJoined", "メンバー参加"], ["memberLeft", "メンバー退出"],
];

const options = (pairs) => pairs.map((pair) => el("option", { value: [pair].flat()[0] }, [pair].flat().at(-1)));
const labelled = (label, control) => el("label", {}, el("span", {}, label), control);
const button = (label, click, props = {}) => el("button", { ...props, type: "button", on: { click } }, label);

async function attempt(work, done) {
  try {
    await work();
    if (done) toast(done);
  } catch (error) {
    toast(`うまくいきませんでした: ${error.message}`);
  }
  update();
}

const standby = el("input", { type: "checkbox", role: "switch" });
const redelivery = el("input", { type: "checkbox", role: "switch" });
const latency = el("input", { type: "number", min: "0", max: "60000", step: "50" });
const endpoint = el("select", {}, options(ENDPOINTS));
const kind = el("select", {}, options(FAULTS));
const times = el("input", { type: "number", min: "-1", max: "999", value: "1" });
const delay = el("input", { type: "number", min: "0", max: "600000", step: "500", value: "3000" });
const quota = el("p", { class: "quota" });
const meter = el("meter", { min: "0", "aria-label": "使った通数" });
const webhooks = el("ol", { class: "wire", dataset: { log: "webhooks" } });
const requests = el("ol", { class: "wire", dataset: { log: "requests" } });

const change = (settings) => attempt(() => post("/api/settings", settings));

function section(title, ...children) {
  return el("section", {}, el("h3", {}, title), children);
}

function build() {
  standby.addEventListener("change", () => change({ mode: standby.checked ? "standby" : "active" }));
  redelivery.addEventListener("change", () => change({ redelivery: redelivery.checked }));
  latency.addEventListener("change", () => change({ latencyMs: Number(latency.value) || 0 }));
  const fault = () =>
    attempt(() => post("/api/faults", { endpoint: endpoint.value, kind: kind.value, times: Number(times.value), ms: Number(delay.value) }), "障害を仕掛けました");
  const event = (name) => {
    const inside = new Set(state.room.members.map((member) => member.id));
    const comes = [...state.people.keys()].find((id) => !inside.has(id));
    const user = name === "memberJoined" ? comes : state.speaker.id;
    return attempt(() => post(inRoom(state.room.id, name), { user }), "イベントを送りました");
  };
  document.head.append(el("link", { rel: "stylesheet", href: new URL("panel.css", import.meta.url).href }));
  byId("panel").append(
    el("header", {}, el("h2", {}, "開発パネル"), el("button", { type: "button", class: "icon", "aria-label": "開発パネルを閉じる", on: { click: () => togglePanel(false) } }, icon("close"))),
    section("通数", quota, meter),
    section("設定", el("div", { class: "grid" }, labelled("standby モード", standby), labelled("Webhook 再送", redelivery), labelled("遅延 (ms)", latency))),
    section("障害", el("div", { class: "grid" }, labelled("対象", endpoint), labelled("種類", kind), labelled("回数 (-1 はずっと)", times), labelled("時間 (ms)", delay)),
      el("div", { class: "buttons" }, button("仕掛ける", fault, { class: "primary" }), button("すべて解除", () => attempt(() => remove("/api/faults"), "解除しました")))),
    section("イベント", el("div", { class: "buttons" }, EVENTS.map(([name, label]) => button(label, () => event(name))))),
    section("Webhook", webhooks),
    section("ボットの API 呼び出し", requests),
    el("section", { class: "buttons" }, button("すべてを最初に戻す", () => attempt(() => post("/api/reset"), "最初に戻しました"), { class: "danger" })),
  );
}

const grade = (status) => (status === null ? "" : status >= 200 && status < 300 ? "good" : "bad");

function webhookLine(one) {
  const events = one.events ?? [];
  const names = events.map((event) => event.message?.type ?? event.type).join(", ") || "検証";
  const again = events[0]?.webhookEventId;
  return el(
    "li",
    {},
    el("span", { class: `status ${grade(one.status)}` }, one.status === 0 ? "なし" : String(one.status ?? "…")),
    el("span", { class: "what", title: one.error }, names, one.error && el("small", {}, one.error)),
    el("span", { class: "ms" }, one.ms === null ? "" : `${Math.round(one.ms)} ms`),
    again && button("再送", () => attempt(() => post("/api/webhook/redeliver", { event: again }), "再送しました"), { "aria-label": `${names} を再送` }),
    el("time", {}, clock(one.at)),
  );
}

function requestLine(one) {
  return el(
    "li",
    {},
    el("span", { class: `status ${grade(one.status)}` }, String(one.status ?? "切断")),
    el("span", { class: "what", title: one.requestId }, `${one.method} ${(one.path ?? "").replace("/v2/bot/", "")}`),
    el("span", { class: "ms" }, `${Math.round(one.ms ?? 0)} ms`),
    el("time", {}, clock(one.at)),
  );
}

function fill(node, lines, make) {
  const last = lines.slice(-LAST).reverse();
  const print = JSON.stringify(last.map((one) => [one.at, one.status, one.ms, one.path]));
  if (node.dataset.print === print) return;
  node.dataset.print = print;
  node.replaceChildren(...(last.length ? last.map(make) : [el("li", { class: "none" }, "まだありません")]));
}

/** Bring the panel up to date, if it is open. */
export async function update() {
  if (byId("panel").hidden) return;
  try {
    const [settings, sent, log] = await Promise.all([get("/api/settings"), get("/api/webhooks"), get("/api/log")]);
    const limit = settings.quota?.type === "none" ? null : (settings.quota?.value ?? null);
    const used = settings.used ?? 0;
    quota.textContent = limit === null ? `${used} 通 / 上限なし` : `${used} / ${limit} 通`;
    meter.hidden = limit === null;
    meter.max = limit ?? Math.max(used, 1);
    meter.value = used;
    standby.checked = settings.mode === "standby";
    redelivery.checked = Boolean(settings.redelivery);
    if (document.activeElement !== latency) latency.value = settings.latencyMs ?? 0;
    fill(webhooks, listOf(sent, "webhooks"), webhookLine);
    fill(requests, listOf(log, "log"), requestLine);
  } catch (error) {
    quota.textContent = `読めませんでした: ${error.message}`;
  }
}

export function togglePanel(open = byId("panel").hidden) {
  const panel = byId("panel");
  if (!panel.childElementCount) {
    build();
    panel.addEventListener("keydown", (event) => event.key === "Escape" && togglePanel(false));
    // The answers of webhooks come without a change in any room.
    setInterval(update, 2000);
  }
  panel.hidden = !open;
  document.body.classList.toggle("dev", open);
  byId("tools").setAttribute("aria-expanded", String(open));
  if (open) {
    update();
    panel.querySelector("button").focus();
  } else byId("tools").focus();
}
