// Where people write: text, pictures, stickers, the mention button, and the bar of a reply or an edit.

import { byId, el, icon, summary, toast } from "./dom.js";
import { STICKERS, lettering } from "./message.js";

const MENTION = "@絵筆 ";
const TEN_MB = 10 * 1024 * 1024;

const readAsBase64 = (file) =>
  new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).split(",", 2)[1]);
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });

/** Wire the composer. onSend({text|image|sticker, quote?}); onEdit(message, text). */
export function composer({ onSend, onEdit }) {
  const text = byId("text");
  const above = byId("above");
  const stickers = byId("stickers");
  const drafts = new Map();
  let about = null; // {kind: "quote" | "edit", message}

  function fit() {
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, 132)}px`;
    byId("send").disabled = text.value.trim() === "";
  }

  function setText(value) {
    text.value = value;
    fit();
  }

  function setAbout(kind, message) {
    const editing = about?.kind === "edit";
    about = message ? { kind, message } : null;
    above.hidden = !message;
    if (!message) {
      if (editing) setText("");
      return;
    }
    const label = kind === "edit" ? "メッセージを編集" : `${message.from?.name ?? ""} に返信`;
    above.replaceChildren(
      icon(kind === "edit" ? "edit" : "reply"),
      el("p", {}, el("b", {}, label), el("span", {}, summary(message))),
      el("button", { type: "button", class: "icon", "aria-label": "やめる", on: { click: () => setAbout() } }, icon("close")),
    );
    if (kind === "edit") setText(message.text ?? "");
    text.focus();
  }

  function submit() {
    const value = text.value.trim();
    if (!value) return;
    const job = about;
    setText("");
    setAbout();
    if (job?.kind === "edit") onEdit(job.message, value);
    else onSend({ text: value, ...(job ? { quote: job.message.id } : {}) });
    text.focus();
  }

  async function sendFile(file) {
    if (!file) return;
    if (!/^image\/(jpeg|png)$/.test(file.type)) return toast("JPEG か PNG の写真を選んでください");
    if (file.size > TEN_MB) return toast("写真は 10 MB までです");
    onSend({ image: await readAsBase64(file), preview: URL.createObjectURL(file) });
  }

  function showStickers(shown) {
    stickers.hidden = !shown;
    byId("sticker").setAttribute("aria-expanded", String(shown));
    if (shown) stickers.firstElementChild?.focus();
  }

  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  text.addEventListener("keydown", (event) => {
    // Enter that confirms a conversion of an input method must not send. Safari fires it after
    // compositionend with isComposing false, and then only the code 229 tells.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape" && about) setAbout();
  });
  text.addEventListener("input", fit);
  text.addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files ?? [])][0];
    if (file) {
      event.preventDefault();
      sendFile(file);
    }
  });
  byId("attach").addEventListener("click", () => byId("file").click());
  byId("file").addEventListener("change", async (event) => {
    await sendFile(event.target.files[0]);
    event.target.value = "";
  });
  byId("mention").addEventListener("click", () => {
    if (!text.value.includes(MENTION.trim())) {
      text.setRangeText(MENTION, 0, 0, "end");
      text.setSelectionRange(text.value.length, text.value.length);
      fit();
    }
    text.focus();
  });
  byId("sticker").addEventListener("click", () => showStickers(stickers.hidden));
  stickers.append(
    ...STICKERS.map((one) => {
      const click = () => {
        showStickers(false);
        onSend({ sticker: { packageId: one.packageId, stickerId: one.stickerId } });
      };
      return el("button", { type: "button", on: { click } }, lettering(one));
    }),
  );

  return {
    mention: MENTION,
    reply: (message) => setAbout("quote", message),
    edit: (message) => setAbout("edit", message),
    pick: () => byId("file").click(),
    fillIn(value) {
      setText(value);
      text.focus();
    },
    /** Keep the draft of one room and bring back that of another. */
    moveTo(room, from) {
      if (from && about?.kind !== "edit") drafts.set(from, text.value);
      setAbout();
      showStickers(false);
      setText(drafts.get(room) ?? "");
    },
    drop: sendFile,
  };
}
