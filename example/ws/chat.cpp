// A chat room. Open /ws/chat in two windows and talk to yourself.
//
// This file is all of it: GET gives the page (it stands at the end of the file), and the WebSocket that the page opens
// to its own address gets WS. From a terminal: npx wscat -c 'ws://localhost:5000/ws/chat?name=Ada'
//
// A client sends plain text. It gets events as JSON, such as
//     {"kind":"message","id":"2","name":"Ada","text":"Hello","online":2}
#include <folio/folio.hpp>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

using namespace folio;

enum class Kind { welcome, joined, left, message };

struct Event {
  Kind kind;
  std::string id;    // of the connection, since two people may have the same name
  std::string name;  // of whoever joined, left or spoke
  std::string text;
  std::size_t online;
};

struct Lobby {
  std::mutex door;  // one at a time through the door, so that everybody sees the same count last
  std::atomic<std::uint64_t> visitors = 0;
};

constexpr std::size_t longest_name = 64;  // bytes
constexpr std::size_t longest_text = 4000;

Task<> WS(WebSocket ws, QueryParam<"name", std::optional<std::string>> name, State<Lobby> lobby) {
  // A named room belongs to the server, not to this file: edit the file, and those who are in it stay together.
  const WsRoom room = rooms().get("chat");
  const std::string id = std::to_string(++lobby->visitors);
  const std::string called = name->value_or("Guest " + id);
  if (called.empty() || called.size() > longest_name) {
    ws.close(close_code::policy_violation, "a name has 1 to 64 bytes");
    co_return;
  }

  co_await ws.send(to_json(Event{Kind::welcome, id, called, {}, room.count() + 1}));
  {
    const std::lock_guard alone(lobby->door);
    room.join(id, ws.sender());
    room.broadcast(to_json(Event{Kind::joined, id, called, {}, room.count()}));
  }

  while (auto message = co_await ws.next()) {  // ends when the connection does
    const std::string* text = message->text();
    if (text == nullptr || text->size() > longest_text) {
      ws.close(close_code::policy_violation, "text only, and 4000 bytes at most");
    } else {
      room.broadcast(to_json(Event{Kind::message, id, called, *text, room.count()}));
    }
  }

  const std::lock_guard alone(lobby->door);
  room.leave(id);
  room.broadcast(to_json(Event{Kind::left, id, called, {}, room.count()}));
}

static std::string_view page();

Response GET() {
  return Response::html(std::string(page()));
}

// The page. Nothing that somebody wrote becomes markup: the script puts it in place with textContent.
static std::string_view page() {
  return R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<title>Chat</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath fill='%231c7350' d='M4 5h24v18H15l-7 6v-6H4z'/%3E%3C/svg%3E">
<style>
  :root {
    --paper: #fbf9f4; --card: #fffefb; --ink: #22201b; --soft: #6a655a; --line: #e4dfd3; --bubble: #f1ede3;
    --mine: #1c7350; --on-mine: #ffffff; --accent: #1c7350; --warn: #8a4b00; --warn-soft: #fbeed8;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --paper: #15171a; --card: #1b1e22; --ink: #eceae4; --soft: #a09c92; --line: #2e3237; --bubble: #262a2f;
      --mine: #1f6a4c; --on-mine: #f3fbf7; --accent: #7fd3a9; --warn: #ffcf8a; --warn-soft: #3a2c14;
    }
  }
  * { box-sizing: border-box; }
  [hidden] { display: none !important; }
  html, body { height: 100%; }
  body {
    margin: 0; background: var(--paper); color: var(--ink);
    font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  }
  button, input { font: inherit; color: inherit; }
  button {
    padding: .625rem 1.125rem; border: 0; border-radius: .75rem; background: var(--mine); color: var(--on-mine);
    font-weight: 600; cursor: pointer;
  }
  button:disabled { opacity: .45; cursor: default; }
  input {
    min-width: 0; padding: .625rem .875rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--paper);
  }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  input:focus-visible, .log:focus-visible { outline-offset: -1px; }

  .door { display: grid; place-content: center; min-height: 100%; padding: 1.5rem; }
  .door form { display: grid; gap: 1rem; width: min(22rem, calc(100vw - 3rem)); }
  .door h1 { margin: 0; font-size: 2rem; letter-spacing: -.02em; line-height: 1.15; }
  .door p { margin: 0; color: var(--soft); }
  .door label { display: grid; gap: .375rem; font-weight: 600; }

  .room {
    display: flex; flex-direction: column; height: 100%; max-width: 46rem; margin: 0 auto;
    background: var(--card); border-inline: 1px solid var(--line);
  }
  header { display: flex; align-items: center; gap: .75rem; padding: .875rem 1.25rem; border-bottom: 1px solid var(--line); }
  header h1 { margin: 0; font-size: 1.125rem; letter-spacing: -.01em; }
  .online { display: inline-flex; align-items: center; gap: .5rem; margin-left: auto; color: var(--soft); font-size: .9375rem; }
  .online::before { content: ""; width: .625rem; height: .625rem; border-radius: 50%; background: var(--soft); }
  .room[data-state=open] .online::before { background: #2f9e6e; }
  .notice { margin: 0; padding: .5rem 1.25rem; background: var(--warn-soft); color: var(--warn); font-size: .9375rem; }

  .log { flex: 1; display: flex; flex-direction: column; gap: .125rem; margin: 0; padding: 1.25rem; overflow-y: auto; list-style: none; }
  .log li:first-child { margin-top: auto; }
  .event { align-self: center; margin: .375rem 0; color: var(--soft); font-size: .875rem; text-align: center; overflow-wrap: anywhere; }
  .message { display: grid; grid-template-columns: 2.25rem minmax(0, auto); column-gap: .625rem; align-self: flex-start; max-width: min(85%, 34rem); }
  .message.first { margin-top: .75rem; }
  .avatar {
    grid-row: 1 / span 2; align-self: end; display: grid; place-items: center; width: 2.25rem; height: 2.25rem; border-radius: 50%;
    background: hsl(var(--hue) 45% 42%); color: #fff; font-weight: 650; font-size: .9375rem;
  }
  .who { grid-column: 2; padding-left: .875rem; color: var(--soft); font-size: .8125rem; overflow-wrap: anywhere; }
  .text { grid-column: 2; justify-self: start; margin: 0; padding: .5rem .875rem; border-radius: 1.125rem; background: var(--bubble); white-space: pre-wrap; overflow-wrap: anywhere; }
  .message.last .text { border-bottom-left-radius: .375rem; }
  .message:not(.last) .avatar { visibility: hidden; }
  .message.mine { display: block; align-self: flex-end; }
  .mine .avatar { display: none; }
  .mine .text { background: var(--mine); color: var(--on-mine); }
  .message.mine.last .text { border-bottom-left-radius: 1.125rem; border-bottom-right-radius: .375rem; }

  .composer { display: flex; gap: .625rem; padding: .875rem 1.25rem max(.875rem, env(safe-area-inset-bottom)); border-top: 1px solid var(--line); }
  .composer input { flex: 1; }
  .sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
</style>
</head>
<body>
<main class="door" id="door">
  <form>
    <h1>Join the chat</h1>
    <p>Everybody who has this page open is in one room.</p>
    <label>Your name <input name="name" maxlength="24" autocomplete="nickname" required autofocus></label>
    <button>Join</button>
  </form>
</main>

<main class="room" id="room" hidden>
  <header>
    <h1>Chat</h1>
    <span class="online" id="online"></span>
  </header>
  <p class="notice" id="notice" role="status" hidden></p>
  <ol class="log" id="log" role="log" aria-live="polite" aria-label="Messages" tabindex="0"></ol>
  <form class="composer" id="composer">
    <label class="sr" for="text">Message</label>
    <input id="text" name="text" maxlength="1000" autocomplete="off" placeholder="Write a message" enterkeyhint="send">
    <button>Send</button>
  </form>
</main>

<script>
'use strict';
const at = (id) => document.getElementById(id);
const [door, room, log, online, notice, composer, field] =
    ['door', 'room', 'log', 'online', 'notice', 'composer', 'text'].map(at);
let name = '', self = '', socket = null, attempts = 0, lastFrom = '', unread = 0;

// --- the connection: tries again for ever, at most ten seconds apart, and says so ---

function connect() {
  const address = new URL(location.pathname, location.href);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  address.searchParams.set('name', name);
  socket = new WebSocket(address);
  socket.onopen = () => show('open');
  socket.onmessage = (event) => receive(JSON.parse(event.data));
  socket.onclose = (event) => {
    if (event.code === 1008) return show('refused', event.reason);
    const wait = Math.min(10, 0.5 * 2 ** attempts++) * (0.75 + Math.random() / 2);
    show('waiting', wait);
    setTimeout(connect, wait * 1000);
  };
}

function show(state, detail) {
  const connected = state === 'open';
  room.dataset.state = state;
  composer.querySelector('button').disabled = !connected;  // what is being written stays in its field
  notice.hidden = connected;
  if (connected) return;
  online.textContent = 'offline';
  const seconds = Math.max(1, Math.round(detail));
  notice.textContent = state === 'refused' ? 'The server closed the connection: ' + detail
      : state === 'waiting' ? `Connection lost. Trying again in ${seconds} second${seconds === 1 ? '' : 's'} …`
      : 'Connecting …';
}

// --- events ---

function receive(event) {
  online.textContent = event.online === 1 ? 'Only you' : `${event.online} people`;
  switch (event.kind) {
    case 'welcome':
      if (self !== '') say('You are back');
      self = event.id;
      attempts = 0;
      break;
    case 'joined': say(event.id === self ? `You joined as ${event.name}` : `${event.name} joined`); break;
    case 'left': say(`${event.name} left`); break;
    case 'message': message(event); break;
  }
}

function say(text) {
  const item = document.createElement('li');
  item.className = 'event';
  item.textContent = text;
  add(item, '');
}

function message({ id, name, text }) {
  const item = document.createElement('li');
  const again = id === lastFrom;
  if (again) log.lastElementChild.classList.remove('last');
  item.className = `message last${again ? '' : ' first'}${id === self ? ' mine' : ''}`;
  item.style.setProperty('--hue', [...name].reduce((hue, letter) => (hue * 31 + letter.codePointAt(0)) % 360, 7));
  const part = (tag, css, content) => {
    const element = item.appendChild(document.createElement(tag));
    element.className = css;
    element.textContent = content;
    return element;
  };
  part('span', 'avatar', [...name][0].toUpperCase()).ariaHidden = 'true';
  part('span', id === self || again ? 'who sr' : 'who', id === self ? 'You' : name);
  part('p', 'text', text);
  add(item, id);
  if (document.hidden) document.title = `(${++unread}) Chat`;
}

function add(item, from) {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  log.append(item);
  lastFrom = from;
  while (log.childElementCount > 500) log.firstElementChild.remove();
  if (atEnd) log.scrollTop = log.scrollHeight;
}

document.addEventListener('visibilitychange', () => {
  unread = 0;
  document.title = 'Chat';
});

// --- forms ---

composer.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (text === '' || socket.readyState !== WebSocket.OPEN) return;
  socket.send(text);
  field.value = '';
});

function enter(as) {
  name = as;
  sessionStorage.setItem('name', name);  // of this window only: two windows are two people
  door.hidden = true;
  room.hidden = false;
  show('connecting');
  connect();
  field.focus();
}

door.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault();
  const given = new FormData(event.target).get('name').trim();
  if (given !== '') enter(given);
});
if (sessionStorage.getItem('name')) enter(sessionStorage.getItem('name'));
</script>
</body>
</html>
)html";
}
