// /ws: a console for the WebSocket routes of this folder. Only a page; the routes themselves are the files beside it.
#include <folio/folio.hpp>

using namespace folio;

static constexpr const char* page = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>WebSocket console</title>
<link rel="icon" href="data:,">
<style>
  :root { --paper: #fbf9f4; --card: #fffefb; --ink: #22201b; --soft: #6a655a; --line: #e4dfd3; --leaf: #1c7350; --on-leaf: #fff; }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #15171a; --card: #1c1f23; --ink: #eceae4; --soft: #a09c92; --line: #2e3237; --leaf: #1f6a4c; --on-leaf: #f3fbf7; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
  main { display: grid; gap: 1rem; max-width: 46rem; margin: 0 auto; padding: 2rem 1.5rem; }
  h1 { margin: 0; font-size: 1.75rem; letter-spacing: -.02em; }
  form { display: flex; gap: .625rem; align-items: end; }
  label { flex: 1; display: grid; gap: .25rem; min-width: 0; color: var(--soft); font-size: .9375rem; }
  input, button { font: inherit; padding: .5rem .875rem; border-radius: .625rem; }
  input { width: 100%; border: 1px solid var(--line); background: var(--card); color: var(--ink); font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .9375rem; }
  button { border: 0; background: var(--leaf); color: var(--on-leaf); font-weight: 600; }
  button:disabled { opacity: .45; }
  ol { min-height: 16rem; margin: 0; padding: 1rem; border: 1px solid var(--line); border-radius: .875rem; background: var(--card); list-style: none; font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .875rem; }
  li { overflow-wrap: anywhere; white-space: pre-wrap; }
  li::before { content: attr(data-mark) " "; color: var(--soft); }
  .note { color: var(--soft); }
  :focus-visible { outline: 2px solid var(--leaf); outline-offset: 2px; }
</style>
</head>
<body>
<main>
  <h1>WebSocket console</h1>
  <form id="where">
    <label>Path <input name="path" list="paths" value="/ws/echo" required></label>
    <datalist id="paths">
      <option>/ws/echo<option>/ws/basic<option>/ws/split<option>/ws/rooms?user=ada<option>/ws/kinds<option>/ws/direct/ada<option>/ws/chat?name=Ada
    </datalist>
    <button>Connect</button>
  </form>
  <ol id="log" role="log" aria-label="Messages"></ol>
  <form id="what">
    <label>Message <input name="text" autocomplete="off"></label>
    <button disabled>Send</button>
  </form>
</main>
<script>
'use strict';
const [where, what, log] = ['where', 'what', 'log'].map((id) => document.getElementById(id));
const send = what.querySelector('button');
let socket = null;

function write(mark, text) {
  const line = log.appendChild(document.createElement('li'));
  line.dataset.mark = mark;
  line.className = mark === '·' ? 'note' : '';
  line.textContent = text;
  line.scrollIntoView({ block: 'nearest' });
}

function connect() {
  if (socket !== null) socket.onclose = null, socket.close();
  const address = new URL(where.path.value, location.href);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const mine = socket = new WebSocket(address);
  mine.binaryType = 'arraybuffer';
  mine.onopen = () => { write('·', `open ${address.pathname}`); send.disabled = false; what.text.focus(); };
  mine.onmessage = ({ data }) => write('<', typeof data === 'string' ? data : `[${new Uint8Array(data)}]`);
  mine.onclose = ({ code, reason }) => { write('·', `closed ${code} ${reason}`); send.disabled = true; };
}

where.addEventListener('submit', (event) => { event.preventDefault(); connect(); });
what.addEventListener('submit', (event) => {
  event.preventDefault();
  if (socket === null || socket.readyState !== WebSocket.OPEN) return;
  socket.send(what.text.value);
  write('>', what.text.value);
  what.text.value = '';
});
const given = new URLSearchParams(location.search).get('path');
if (given !== null && given.startsWith('/')) { where.path.value = given; connect(); }
</script>
</body>
</html>
)html";

Html GET() {
  return Html(page);
}
