// The open room: its messages kept in step with the simulator, sending, and everything that taps do.

import { actionButton, copy } from "./actions.js";
import { get, inRoom, listOf, post } from "./api.js";
import { byId, el, icon, toast } from "./dom.js";
import { dayMark, entry, units } from "./message.js";
import { openMenu, wireMenu } from "./menu.js";
import { enlarge } from "./viewer.js";

const EXAMPLES = ["赤いりんご", "夕焼けのお城", "夜の富士山、浮世絵風"];
const NEAR_PX = 90;

const scroller = byId("scroller");
const list = byId("messages");
const quick = byId("quick");

export const state = { room: null, speaker: null, messages: [], seq: 0, typing: false, people: new Map() };
let waiting = []; // own messages on their way
let drawn = new Map(); // entry key -> {print, node}
let settled = new Set(); // messages that were already shown as on their way
const answered = new Set(); // messages whose quick reply was tapped
let pinned = true; // the reader is at the newest message
let ended = 0; // how far down that was
let writer = null;

const path = (verb) => inRoom(state.room.id, verb);

export function setWriter(composer) {
  writer = composer;
}

// ---- loading -------------------------------------------------------------------------------

let loading = null;
let again = false;

/** Fetch the room and draw what changed. Calls made meanwhile are folded into one more fetch. */
export async function refresh() {
  again = true;
  loading ??= (async () => {
    try {
      while (again) {
        again = false;
        const { id } = state.room;
        const answer = await get(path("messages"));
        if (id !== state.room.id) {
          again = true;
          continue;
        }
        take(answer);
      }
    } finally {
      loading = null;
    }
  })();
  return loading;
}

function take(answer) {
  const known = new Set(state.messages.map((message) => message.id));
  const fresh = listOf(answer, "messages").filter((message) => !known.has(message.id));
  // The stream may bring an own message before the call that sent it has answered.
  for (const message of fresh) {
    const twin = waiting.findIndex((one) => !one.failed && one.from.id === message.from?.id &&
      one.type === message.type && (one.text ?? "") === (message.text ?? ""));
    if (twin < 0) continue;
    waiting.splice(twin, 1);
    settled.add(message.id);
  }
  state.messages = listOf(answer, "messages");
  state.seq = answer.seq ?? state.seq;
  state.typing = Boolean(answer.typing);
  draw(fresh.length > 0);
}

export async function openRoom(room, speaker) {
  state.room = room;
  state.speaker = speaker;
  state.messages = [];
  state.seq = 0;
  state.typing = false;
  waiting = [];
  settled = new Set();
  drawn = new Map();
  pinned = true;
  ended = 0;
  list.replaceChildren();
  draw(false);
  await refresh();
}

export function speakAs(member) {
  state.speaker = member;
  draw(false);
}

// ---- drawing -------------------------------------------------------------------------------

function draw(fresh) {
  notice();
  const all = [...state.messages, ...waiting];
  const wanted = [];
  let before = null;
  for (const group of units(all)) {
    const [message] = group;
    if (!before || new Date(before.at).toDateString() !== new Date(message.at).toDateString()) {
      wanted.push(keep(`day ${new Date(message.at).toDateString()}`, "", () => dayMark(message.at)));
    }
    const own = message.from?.id === state.speaker?.id;
    const plain = (one) => !one || one.type === "event" || one.unsent;
    const head = plain(before) || before.from?.id !== message.from?.id || message.at - before.at > 300000;
    const look = { own, head, named: state.room.kind === "group" };
    const print = JSON.stringify([group.map(({ quickReply, seq, ...rest }) => rest), look]);
    wanted.push(keep(message.id, print, () => entry(group, talk, look)));
    before = group.at(-1);
  }
  place(wanted);
  byId("typing").hidden = !state.typing;
  drawHint(all.length === 0);
  drawQuick(all.at(-1));
  if (pinned) toEnd();
  else if (fresh) byId("newer").hidden = false;
}

/** An entry that did not change keeps its node, and with it focus, selection and loaded pictures. */
function keep(key, print, make) {
  const old = drawn.get(key);
  if (old?.print === print) return [key, old];
  const node = make();
  if (!old && drawn.size > 0 && !settled.has(key)) node.classList.add("arriving");
  return [key, { print, node }];
}

function place(wanted) {
  drawn = new Map(wanted);
  const nodes = new Set([...drawn.values()].map(({ node }) => node));
  for (const node of [...list.children]) if (!nodes.has(node)) node.remove();
  let at = list.firstElementChild;
  for (const node of nodes) {
    if (node === at) at = at.nextElementSibling;
    else list.insertBefore(node, at);
  }
}

function drawHint(empty) {
  const hint = byId("hint");
  hint.hidden = !empty;
  if (!empty || hint.dataset.room === state.room.id) return;
  hint.dataset.room = state.room.id;
  const start = state.room.kind === "group" ? writer.mention : "";
  hint.replaceChildren(
    el("span", { class: "avatar bot large", "aria-hidden": "true" }, icon("brush")),
    el("p", {}, el("b", {}, "ことばを送ると、絵になって届きます。"), start ? "グループでは @絵筆 を付けて話しかけます。" : "たとえば、こんなふうに。"),
    el("div", {}, EXAMPLES.map((text) => el("button", { type: "button", on: { click: () => send({ text: start + text }) } }, text))),
  );
}

/** Quick replies show under the newest message alone, and go with a tap. */
function drawQuick(last) {
  const items = last && !last.unsent && !answered.has(last.id) ? (last.quickReply?.items ?? []) : [];
  const key = items.length ? last.id : "";
  quick.hidden = items.length === 0;
  if (quick.dataset.of === key) return;
  quick.dataset.of = key;
  quick.replaceChildren(
    ...items.map(({ action, imageUrl }) => {
      const chip = actionButton(action, talk, { class: "chip" });
      if (imageUrl) chip.prepend(el("img", { src: imageUrl, alt: "" }));
      chip.addEventListener("click", () => {
        answered.add(last.id);
        drawQuick(last);
      });
      return chip;
    }),
  );
}

function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
  ended = scroller.scrollTop;
  pinned = true;
  byId("newer").hidden = true;
}

const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PX;

/** Has the reader scrolled up since? Asked before drawing, as scroll events come late. What grew
 * below, a picture that loaded, is no sign of it. */
function notice() {
  if (pinned && scroller.scrollTop < ended - NEAR_PX && !atEnd()) pinned = false;
}

// ---- sending -------------------------------------------------------------------------------

async function attempt(work) {
  try {
    const answer = await work();
    await refresh();
    return answer;
  } catch (error) {
    toast(`うまくいきませんでした: ${error.message}`);
    return null;
  }
}

/** Send and show at once; what fails stays with a button to try again. */
export async function send(said) {
  const { preview, ...body } = said;
  const pending = {
    id: `local-${crypto.randomUUID()}`,
    from: { ...state.speaker, kind: "user" },
    at: Date.now(),
    type: body.image ? "image" : body.sticker ? "sticker" : "text",
    text: body.text,
    sticker: body.sticker,
    image: preview ? { original: preview, preview } : undefined,
    quote: body.quote ? { id: body.quote } : undefined,
    pending: true,
    said,
  };
  const { id } = state.room;
  waiting.push(pending);
  pinned = true;
  ended = 0;
  draw(false);
  try {
    await post(path("send"), { user: state.speaker.id, ...body });
    if (id !== state.room.id) return;
    await refresh();
    waiting = waiting.filter((one) => one !== pending);
  } catch (error) {
    Object.assign(pending, { pending: false, failed: true });
    toast(`送れませんでした: ${error.message}`);
  }
  if (id === state.room.id) draw(false);
}

const by = (more) => ({ user: state.speaker.id, ...more });

export const edit = (message, text) => attempt(() => post(path("edit"), by({ message: message.id, text })));

/** What entries, Flex components and menus may ask of the open room. */
export const talk = {
  find: (id) => state.messages.find((message) => message.id === id),
  sendText: (text) => send({ text }),
  postback: (body) => attempt(() => post(path("postback"), by(body))),
  fillIn: (text) => writer.fillIn(text),
  pickPicture: () => writer.pick(),
  retry(message) {
    waiting = waiting.filter((one) => one !== message);
    send(message.said);
  },
  /** The mark of an own message: an official account reads at once, unless the message says no. */
  readers(message) {
    if (message.read === false) return "";
    return typeof message.read === "number" && state.room.kind === "group" ? `既読 ${message.read}` : "既読";
  },
  enlarge(id) {
    const pictures = state.messages
      .filter((one) => one.type === "image" && !one.unsent && one.image)
      .map((one) => ({ id: one.id, src: one.image.original, at: one.at, from: one.from?.name ?? "" }));
    if (pictures.length) enlarge(pictures, id);
  },
  jump(id) {
    const node = list.querySelector(`[data-message="${CSS.escape(id)}"]`);
    if (!node) return toast("元のメッセージが見つかりません");
    node.scrollIntoView({ block: "center" });
    node.classList.remove("found");
    requestAnimationFrame(() => node.classList.add("found"));
  },
  menu(message, anchor, point) {
    const own = message.from?.id === state.speaker.id;
    const items = [{ icon: "reply", label: "リプライ", run: () => writer.reply(message) }];
    if (message.text) items.push({ icon: "copy", label: "コピー", run: () => copy(message.text) });
    if (message.image) items.push({ icon: "save", label: "写真をひらく", run: () => talk.enlarge(message.id) });
    if (own && message.type === "text" && state.room.kind === "group") {
      items.push({ icon: "edit", label: "編集", run: () => writer.edit(message) });
    }
    if (own) {
      const run = () => attempt(() => post(path("unsend"), by({ message: message.id })));
      items.push({ icon: "undo", label: "送信取消", danger: true, run });
    }
    openMenu(items, anchor, point);
  },
};

export function wireTalk() {
  byId("typing").append(
    el("span", { class: "avatar bot", "aria-hidden": "true" }, icon("brush")),
    el("span", { class: "dots" }, el("i"), el("i"), el("i")),
    el("span", { class: "unseen" }, "絵筆が準備しています"),
  );
  wireMenu(scroller, (id, anchor, point) => {
    const message = talk.find(id);
    if (message) talk.menu(message, anchor, point);
  });
  scroller.addEventListener("scroll", () => {
    if (atEnd()) {
      pinned = true;
      ended = scroller.scrollTop;
      byId("newer").hidden = true;
    } else notice();
  }, { passive: true });
  byId("newer").addEventListener("click", toEnd);
  // Pictures that load and keyboards that open change the height: stay at the end if we were there.
  const watch = new ResizeObserver(() => {
    notice();
    if (pinned) toEnd();
  });
  for (const node of [scroller, list, quick]) watch.observe(node);
  scroller.addEventListener("dragover", (event) => event.preventDefault());
  scroller.addEventListener("drop", (event) => {
    event.preventDefault();
    writer.drop(event.dataTransfer?.files?.[0]);
  });
}
