// The live log: lines as they come, above those that the page brought. Without this script the
// page shows the same lines when it is loaded. The server gives the sentences.
"use strict";

(() => {
  const MOST_HELD = 1000; // lines that come during a pause
  const AGAIN = 15_000; // milliseconds after which a stream that was refused is asked for again
  const QUIET = 4_000; // a stream that ends and comes back within this is no news

  const state = document.getElementById("state");
  const log = document.getElementById("log");
  const none = document.getElementById("none");
  const pause = document.getElementById("pause");
  const fields = ["level", "worker", "job"].map((name) => document.getElementById(name));
  const text = document.getElementById("text");
  const most = Number(state.dataset.most) * 2;

  let last = state.dataset.last;
  let source = null;
  let timer = 0;
  let held = [];
  let paused = false;

  function say(words) {
    if (state.textContent !== words) state.textContent = words;
  }

  function matches(line) {
    const wanted = text.value.trim().toLowerCase();
    return !wanted || line.textContent.toLowerCase().includes(wanted);
  }

  function tellState() {
    // The count stands on the button: a screen reader need not tell of each line.
    const { pause: stop, goOn, orMore, paused: waits, live } = state.dataset;
    const count = held.length === MOST_HELD ? orMore.replace("{n}", held.length) : held.length;
    pause.textContent = paused ? goOn.replace("{n}", count) : stop;
    say(paused ? waits : live);
  }

  function make(html) {
    const made = document.createElement("template");
    made.innerHTML = html; // the server's own, with everything escaped
    return made.content.firstElementChild;
  }

  function show(lines) {
    for (const line of lines) line.hidden = !matches(line);
    log.prepend(...lines.reverse());
    while (log.childElementCount > most) log.lastElementChild.remove();
    none.hidden = [...log.children].some((line) => !line.hidden);
  }

  function came(event) {
    last = event.lastEventId || last;
    const line = make(event.data);
    line.classList.add("new");
    if (!paused) show([line]);
    else {
      held.push(line);
      if (held.length > MOST_HELD) held.shift();
    }
    tellState();
  }

  function connect() {
    clearTimeout(timer);
    if (source) source.close();
    // The text that is looked for stays here: no address holds it.
    const wanted = new URLSearchParams({ auto: "1", after: last });
    for (const field of fields) if (field.value) wanted.set(field.name, field.value);
    source = new EventSource(`${state.dataset.stream}?${wanted}`);
    source.addEventListener("open", () => {
      clearTimeout(timer);
      tellState();
    });
    source.addEventListener("line", came);
    source.addEventListener("away", (event) => say(event.data));
    source.addEventListener("error", () => {
      clearTimeout(timer);
      if (source.readyState === EventSource.CLOSED) {
        say(state.dataset.notLive);
        timer = setTimeout(connect, AGAIN);
      } else {
        timer = setTimeout(() => say(state.dataset.noAnswer), QUIET);
      }
    });
  }

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    if (!paused) {
      show(held);
      held = [];
    }
    tellState();
  });
  text.addEventListener("input", () => {
    for (const line of log.children) line.hidden = !matches(line);
    none.hidden = [...log.children].some((line) => !line.hidden);
  });
  window.addEventListener("pagehide", () => source && source.close());
  window.addEventListener("pageshow", (event) => event.persisted && connect());
  connect();
})();
