// What the README and the guide say is tried: their routes are dropped into an app, and must answer as written there.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import WebSocket from 'ws';

import { develop, eventually, root, temporaryFolder } from './helpers.mjs';

// Every ```cpp block that a text with a file's name in backticks leads to: `routes/x.cpp` … ```cpp.
function samples(file, prefix) {
  const text = fs.readFileSync(path.join(root, file), 'utf8');
  const pattern = new RegExp(`\`${prefix}([^\`\\n]+\\.[ch]pp)\`(?:(?!\`\`\`|\`${prefix})[\\s\\S])*?\`\`\`cpp\\n([\\s\\S]*?)\`\`\``, 'g');
  return [...text.matchAll(pattern)].map(([, name, code]) => ({ name, code }));
}

async function serveSamples(t, files) {
  const app = temporaryFolder(t);
  for (const { name, code } of files) {
    const target = path.join(app, 'routes', name);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, code);
  }
  const server = await develop(t, app);
  await eventually('the first build', async () => {
    const response = await fetch(`${server.url}/nothing-here`);
    if (response.status === 404) return true;
    throw new Error(await response.text());
  });
  return server;
}

const open = (address) => new Promise((resolve, reject) => {
  const socket = new WebSocket(address);
  socket.on('error', reject).on('open', () => resolve(socket));
});
const heard = (socket) => new Promise((resolve) => socket.once('message', (data) => resolve(data.toString())));

test('README.md', async (t) => {
  const files = samples('README.md', 'routes/');
  assert.deepEqual(files.map(({ name }) => name), ['greet/[name].cpp', 'shout.cpp']);
  const { url, ws } = await serveSamples(t, files);
  assert.equal(await (await fetch(`${url}/greet/Ada?times=2`)).text(), '{"text":"Hello, Ada!","times":2}');
  const refused = await fetch(`${url}/greet/Ada?times=x`);
  assert.equal(refused.status, 400);
  assert.equal((await refused.json()).detail, 'Invalid times query parameter: not a number');

  const [one, two] = [await open(`${ws}/shout`), await open(`${ws}/shout`)];
  const both = Promise.all([heard(one), heard(two)]);
  // The second one has joined once it hears itself.
  two.send('hello');
  assert.deepEqual(await both, ['hello', 'hello']);
  one.terminate();
  two.terminate();
});

test('getting-started.md', async (t) => {
  const files = samples('framework/docs/getting-started.md', 'notes/routes/');
  assert.deepEqual(files.map(({ name }) => name), ['hello.cpp', 'notes/[id=uint].cpp', 'ws/echo.cpp', 'tally/[name].cpp']);
  const shared = samples('framework/docs/getting-started.md', 'notes/src/');
  assert.deepEqual(shared.map(({ name }) => name), ['tally.hpp', 'tally.cpp']);
  const { url, ws } = await serveSamples(t, [...files, ...shared.map(({ name, code }) => ({ name: `../src/${name}`, code }))]);
  for (const count of [1, 2]) assert.equal(await (await fetch(`${url}/tally/Ada`)).text(), `${count}\n`);
  assert.equal(await (await fetch(`${url}/tally/Alan`)).text(), '1\n');
  assert.equal(await (await fetch(`${url}/hello`)).text(), 'Hello!\n');
  assert.deepEqual(await (await fetch(`${url}/notes/7`)).json(), { id: 7, text: 'remember the milk', tags: ['home'] });
  assert.equal((await fetch(`${url}/notes/101`)).status, 404);
  const put = (body) => fetch(`${url}/notes/7`, { method: 'PUT', body, headers: { 'Content-Type': 'application/json' } });
  assert.deepEqual(await (await put('{"id":1,"text":"a"}')).json(), { id: 7, text: 'a', tags: [] });
  const refused = await put('{"id":1,"text":7}');
  assert.equal(refused.status, 400);
  assert.match((await refused.json()).detail, /line 1 column 16: field 'text'/);
  const socket = await open(`${ws}/ws/echo`);
  socket.send('hello');
  assert.equal(await heard(socket), 'hello');
  socket.terminate();
});

test('websocket.md', async (t) => {
  const files = samples('framework/docs/websocket.md', 'routes/');
  const blocks = fs.readFileSync(path.join(root, 'framework/docs/websocket.md'), 'utf8').split('```cpp').length - 1;
  assert.equal(files.length, blocks, 'every sample is a route file');
  const { url, ws } = await serveSamples(t, files);

  for (const name of ['hello', 'by-hand']) {
    const socket = new WebSocket(`${ws}/${name}`);
    assert.equal(await heard(socket), 'Hello from server!');
    socket.send('hi');
    assert.equal(await heard(socket), 'Echo: hi');
    socket.close();
  }
  const refused = await fetch(`${url}/by-hand`);
  assert.equal(refused.status, 400);
  assert.deepEqual(await refused.json(), { error: 'This endpoint requires WebSocket upgrade' });
  assert.equal((await fetch(`${url}/hello`)).status, 426);

  const ticker = new WebSocket(`${ws}/ticker`);
  assert.equal(await heard(ticker), 'Ping');
  ticker.close();

  const ada = new WebSocket(`${ws}/chat/tea?user=Ada`);
  assert.equal(await heard(ada), 'Ada joined');
  ada.send('hello');
  assert.equal(await heard(ada), 'Ada: hello');
  const bob = new WebSocket(`${ws}/chat/tea?user=Bob`);
  const lines = [];
  bob.on('message', (data) => lines.push(data.toString()));
  await eventually('the history, then what is new', () => {
    assert.deepEqual(lines, ['Ada joined', 'Ada: hello', 'Bob joined']);
    return true;
  });
  ada.close();
  await eventually('the leave', () => lines.at(-1) === 'Ada left');
  bob.close();

  const prices = new WebSocket(`${ws}/prices`, ['prices.v1', 'prices.v2'], { origin: 'https://shop.example' });
  assert.equal(await heard(prices), 'speaking prices.v1');
  assert.equal(prices.protocol, 'prices.v1');
  assert.equal(prices.extensions, 'permessage-deflate');
  prices.close();

  const upload = await open(`${ws}/upload`);
  upload.send(Buffer.alloc(5_000_000, 'x'));
  assert.equal(await heard(upload), 'received 5000000 bytes');
  upload.close();

  const relay = new WebSocket(`${ws}/relay?port=${new URL(url).port}`);
  assert.equal(await heard(relay), 'relayed: Hello from server!');
  relay.close();
});

test('streaming.md', async (t) => {
  const files = samples('framework/docs/streaming.md', 'routes/');
  const blocks = fs.readFileSync(path.join(root, 'framework/docs/streaming.md'), 'utf8').split('```cpp').length - 1;
  assert.equal(files.length, blocks, 'every sample is a route file');
  const { url } = await serveSamples(t, files);
  const large = Buffer.alloc(20_000_000, 'x');
  const send = (method, path, body) => fetch(url + path, { method, body, duplex: 'half' });
  assert.equal(await (await send('POST', '/count', large)).text(), '20000000');

  const name = `test-${process.pid}`;
  const file = `/tmp/folio-files-${name}`;
  t.after(() => fs.rmSync(file, { force: true }));
  assert.equal((await send('PUT', `/files/${name}`, large)).status, 201);
  assert.ok(fs.readFileSync(file).equals(large));
  assert.equal((await send('PUT', `/files/${name}`, 'again')).status, 409);
  assert.equal((await send('PUT', '/files/..%2Fx', 'x')).status, 400);

  const rows = (await (await fetch(`${url}/rows?count=100000`)).text()).split('\n');
  assert.equal(rows.length, 100_002);
  assert.equal(rows[100_000], '99999,9999800001');
  const letters = new ReadableStream({
    start(controller) {
      for (const piece of ['abc', 'Def', 'ghi']) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
  assert.equal(await (await send('POST', '/upper', letters)).text(), 'ABCDEFGHI');

  const events = await fetch(`${url}/ticks`, { headers: { 'Last-Event-ID': '6' } });
  assert.equal(events.headers.get('content-type'), 'text/event-stream');
  const reader = events.body.pipeThrough(new TextDecoderStream()).getReader();
  let heardOf = '';
  while (!heardOf.includes('tick 8')) heardOf += (await reader.read()).value;
  assert.equal(heardOf, 'id: 7\ndata: tick 7\n\nid: 8\ndata: tick 8\n\n');
  await reader.cancel();
});

test('links between the documents lead somewhere', () => {
  const documents = ['README.md', ...fs.readdirSync(path.join(root, 'framework/docs'), { recursive: true })
    .filter((name) => String(name).endsWith('.md')).map((name) => `framework/docs/${name}`)];
  for (const file of documents) {
    // Without code, in which a lambda looks like a link.
    const text = fs.readFileSync(path.join(root, file), 'utf8').replace(/```[\s\S]*?```/g, '');
    for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
      assert.ok(fs.existsSync(path.join(root, path.dirname(file), target)), `${file}: ${target}`);
    }
  }
});

test('static-files.md', async (t) => {
  const files = samples('framework/docs/static-files.md', 'routes/');
  assert.deepEqual(files.map(({ name }) => name), ['uploads/[...path].cpp', 'saved/[...path].cpp']);
  const app = temporaryFolder(t);
  fs.mkdirSync(path.join(app, 'files'));
  fs.writeFileSync(path.join(app, 'files', 'note.txt'), 'kept');
  // The samples name a folder of the place where the server was started.
  const folder = path.join(app, 'files');
  const { url } = await serveSamples(t, files.map(({ name, code }) => ({ name, code: code.replace('"uploads"', JSON.stringify(folder)) })));
  const shown = await fetch(`${url}/uploads/note.txt`, { headers: { range: 'bytes=1-2' } });
  assert.equal(shown.status, 206);
  assert.equal(await shown.text(), 'ep');
  const saved = await fetch(`${url}/saved/note.txt`);
  assert.equal(saved.headers.get('content-disposition'), 'attachment');
  assert.equal(await saved.text(), 'kept');
  assert.equal((await fetch(`${url}/uploads/..%2fnote.txt`)).status, 404);
});

test('forms.md and http-client.md', async (t) => {
  const files = [...samples('framework/docs/forms.md', 'routes/'), ...samples('framework/docs/http-client.md', 'routes/')];
  assert.deepEqual(files.map(({ name }) => name), ['photos.cpp', 'mirror.cpp']);
  const { url } = await serveSamples(t, files);

  // Written to where the page says, under a name that no other run has.
  const name = `${process.pid}-${Date.now()}.png`;
  t.after(() => fs.rmSync(`/tmp/photo-${name}`, { force: true }));
  const form = new FormData();
  form.append('title', 'A "photo"');
  form.append('photo', new Blob(['x'.repeat(200_000)], { type: 'image/png' }), `C:\\..\\.${name}`);
  const sent = await fetch(`${url}/photos`, { method: 'POST', body: form });
  assert.equal(await sent.text(), 'A "photo", 200000 bytes');
  assert.equal(sent.status, 201);
  assert.equal(fs.statSync(`/tmp/photo-${name}`).size, 200_000);
  form.delete('photo');
  assert.equal((await (await fetch(`${url}/photos`, { method: 'POST', body: form })).json()).detail, 'choose a photo');

  const mirrored = await fetch(`${url}/mirror?url=${encodeURIComponent(`${url}/nothing`)}`);
  assert.match(await mirrored.text(), /^404, \d+ bytes$/);
  assert.equal((await fetch(`${url}/mirror?url=http%3A%2F%2F127.0.0.1%3A1%2F`)).status, 502);
});
