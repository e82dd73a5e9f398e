// The chat page: rooms on the left, the talk, the developer panel on the right.

import { get, listen, listOf } from "./api.js";
import { composer } from "./composer.js";
import { avatar, byId, el, summary, toast } from "./dom.js";
import { refreshRich, wireRich } from "./rich.js";
import { edit, openRoom, refresh, send, setWriter, speakAs, state, talk, wireTalk } from "./talk.js";

const BOT = /^U0{32}$/;
const STATES = { live: "", polling: "接続中（ポーリング）", lost: "接続を待っています…" };
const speakers = new Map(); // room id -> the member who speaks there
const unread = new Set();

let rooms = [];
const writer = composer({ onSend: send, onEdit: edit });

const people = (room) => (room.members ?? []).filter((member) => !BOT.test(member.id));

async function loadRooms() {
  rooms = listOf(await get("/api/rooms"), "rooms");
  for (const room of rooms) for (const member of people(room)) state.people.set(member.id, member);
  drawRooms();
  const now = rooms.find((room) => room.id === state.room?.id);
  if (!now || JSON.stringify(now.members) === JSON.stringify(state.room.members)) return;
  state.room = now;
  if (!now.members.some((member) => member.id === state.speaker?.id)) speakAs(people(now)[0]);
  drawHead();
  drawSpeakers();
}

function drawRooms() {
  byId("room-list").replaceChildren(
    ...rooms.map((room) => {
      const open = room.id === state.room?.id;
      return el(
        "li",
        {},
        el(
          "button",
          { type: "button", dataset: { room: room.id }, "aria-current": open ? "true" : null, on: { click: () => go(room) } },
          avatar({ name: room.name, id: room.id }, room.kind === "group" ? "group" : "bot"),
          el("span", { class: "words" }, el("b", {}, title(room)), el("span", {}, summary(room.last) || "まだメッセージはありません")),
          unread.has(room.id) && el("span", { class: "dot", role: "img", "aria-label": "未読" }),
        ),
      );
    }),
  );
}

/** The room with one person is, seen by that person, the talk with the bot. */
const title = (room) => (room.kind === "group" ? room.name : "絵筆");

function drawHead() {
  const { room } = state;
  byId("room-name").textContent = title(room);
  const names = people(room).map((member) => member.name);
  byId("room-members").textContent = room.kind === "group" ? [...names, "絵筆"].join("、") : `${names[0] ?? ""} として話す`;
  document.title = `${title(room)} | 絵筆 トーク`;
}

function drawSpeakers() {
  const group = state.room.kind === "group";
  const box = byId("speakers");
  box.hidden = !group;
  byId("mention").hidden = !group;
  if (!group) return;
  const choices = people(state.room).map((member) => {
    const change = () => {
      speakers.set(state.room.id, member);
      speakAs(member);
    };
    const input = el("input", { type: "radio", name: "speaker", value: member.id, checked: member.id === state.speaker.id, on: { change } });
    return el("label", {}, input, avatar(member), el("span", {}, member.name));
  });
  box.replaceChildren(el("legend", {}, "話す人"), ...choices);
}

async function go(room, { keepUrl = false } = {}) {
  document.body.dataset.view = "talk";
  if (room.id === state.room?.id) return;
  writer.moveTo(room.id, state.room?.id);
  unread.delete(room.id);
  const speaker = speakers.get(room.id) ?? people(room)[0];
  const opening = openRoom(room, speaker);
  drawRooms();
  drawHead();
  drawSpeakers();
  if (!keepUrl) history.pushState(null, "", `?room=${encodeURIComponent(room.id)}`);
  try {
    await opening;
    await refreshRich(room, talk);
  } catch (error) {
    toast(`トークを読めませんでした: ${error.message}`);
  }
}

const asked = () => {
  const id = new URLSearchParams(location.search).get("room");
  return rooms.find((room) => room.id === id) ?? rooms[0];
};

async function changed({ room }) {
  if (room && room !== state.room.id) unread.add(room);
  const work = [loadRooms()];
  if (!room) work.push(refreshRich(state.room, talk)); // the stream has just opened
  if (!room || room === state.room.id) work.push(refresh());
  await Promise.allSettled(work);
}

async function start() {
  setWriter(writer);
  wireTalk();
  wireRich();
  byId("tools").addEventListener("click", async () => (await import("./panel.js")).togglePanel());
  byId("back").addEventListener("click", () => {
    document.body.dataset.view = "rooms";
    byId("room-list").querySelector("[aria-current]")?.focus();
  });
  addEventListener("popstate", () => go(asked(), { keepUrl: true }));
  await loadRooms();
  if (rooms.length === 0) throw new Error("トークルームがありません");
  await go(asked(), { keepUrl: true });
  listen(changed, (kind) => {
    byId("live").textContent = STATES[kind];
    document.body.dataset.live = kind;
  }, () => ({ room: state.room.id, seq: state.seq }));
}

start().catch((error) => toast(`ページを用意できませんでした: ${error.message}`));
