// Pages about what goes on: every few seconds what has changed is brought in, and only that, so
// that the focus, what is opened and what is scrolled stay as they are. It can be stopped. Without
// this script the page stands still. The server gives the sentences, in the page's language.
"use strict";

(() => {
  const told = document.getElementById("fresh");
  const page = document.getElementById("page");
  const main = document.getElementById("content");
  const seconds = Number(told.dataset.every);
  const words = document.createElement("span");
  const button = document.createElement("button");
  let stopped = false;
  let failed = false;

  function tell() {
    const { dataset } = told;
    words.textContent = `${stopped ? dataset.stopped : failed ? dataset.failed : dataset.fresh} `;
    button.textContent = stopped ? dataset.goOn : dataset.stop;
  }

  const named = (node) => `${node.nodeName} ${node.id ?? ""}`;

  function later(from, wanted) {
    let it = from;
    while (it && named(it) !== wanted) it = it.nextSibling;
    return it;
  }

  // What is the same stays the very same node. What has an id is found again where something came
  // or went before it.
  function children(old, fresh) {
    let at = old.firstChild;
    for (const next of [...fresh.childNodes]) {
      const same = next.id || (at && named(at) === named(next)) ? later(at, named(next)) : null;
      if (!same) {
        old.insertBefore(next, at);
        continue;
      }
      while (at !== same) at = drop(at);
      if (at.nodeType === Node.ELEMENT_NODE) {
        attributes(at, next);
        children(at, next);
      } else if (at.data !== next.data) at.data = next.data;
      at = at.nextSibling;
    }
    while (at) at = drop(at);
  }

  function drop(node) {
    const next = node.nextSibling;
    node.remove();
    return next;
  }

  function attributes(old, fresh) {
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
    }
  }

  async function load() {
    const answer = await fetch(told.dataset.from);
    if (answer.status === 401) location.reload(); // to the login
    if (!answer.ok) throw new Error(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (stopped) return;
    const focus = document.activeElement;
    children(page, fresh.getElementById("page"));
    document.title = fresh.title;
    if (page.contains(focus) === false && document.activeElement === document.body) {
      if (focus !== document.body) main.focus(); // what had it is gone
    }
    if (!fresh.getElementById("fresh")) {
      clearInterval(timer);
      told.textContent = told.dataset.over;
    }
  }

  const timer = setInterval(() => {
    if (stopped || document.hidden) return;
    load().then(
      () => (failed = false),
      () => (failed = true),
    ).finally(tell);
  }, seconds * 1000);

  button.type = "button";
  button.className = "plain small";
  button.addEventListener("click", () => {
    stopped = !stopped;
    tell();
  });
  tell();
  told.replaceChildren(words, button);
})();
