// The control routes of the simulator, and the stream that tells of changes.

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  let answer = {};
  try {
    answer = text ? JSON.parse(text) : {};
  } catch {
    answer = { message: text.slice(0, 200) };
  }
  if (!response.ok) throw new Error(answer.message || answer.error || `HTTP ${response.status}`);
  return answer;
}

export const get = (path) => call("GET", path);
export const post = (path, body = {}) => call("POST", path, body);
export const remove = (path) => call("DELETE", path);
export const inRoom = (room, verb) => `/api/rooms/${encodeURIComponent(room)}/${verb}`;

/** Some answers are a list, some an object that holds one; take the list. */
export const listOf = (answer, name) => (Array.isArray(answer) ? answer : (answer?.[name] ?? []));

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Call onChange({room, seq}) at every change. Server-sent events first; a stream that fails three
 * times in a row gives way to long polls of the open room, and is tried again after ten seconds.
 * onState hears "live", "polling" or "lost".
 */
export function listen(onChange, onState, openRoom) {
  let failures = 0;
  let polling = false;

  function stream() {
    const source = new EventSource("/api/events");
    source.addEventListener("open", () => {
      failures = 0;
      polling = false;
      onState("live");
      onChange({});
    });
    source.addEventListener("change", (event) => onChange(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      onState(polling ? "polling" : "lost");
      failures += 1;
      if (failures < 3 && source.readyState !== EventSource.CLOSED) return;
      source.close();
      if (!polling) poll();
      setTimeout(stream, 10000);
    });
  }

  async function poll() {
    polling = true;
    while (polling) {
      const started = Date.now();
      const { room, seq } = openRoom();
      try {
        await get(inRoom(room, `messages?after=${seq}&wait=20`));
        onState("polling");
        onChange({ room });
      } catch {
        onState("lost");
      }
      await wait(Math.max(0, 1000 - (Date.now() - started)));
    }
  }

  if (window.EventSource) stream();
  else poll();
}
