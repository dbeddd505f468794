// Two more engines than `ws` and python's `websockets`, each written by others: faye's websocket-driver, and Chromium.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { test } from 'node:test';
import Faye from 'faye-websocket';
import deflate from 'permessage-deflate';

import { openBrowser } from './browser.mjs';
import { eventually, example, serve, withDeadline } from './helpers.mjs';

const binary = example();

// --- faye ---

class FayeClient {
  static async open(address, { protocols = [], ...options } = {}) {
    const client = new FayeClient(new Faye.Client(address, protocols, options));
    await withDeadline(client.opened, `connection to ${address}`);
    return client;
  }

  constructor(socket) {
    this.socket = socket;
    this.messages = [];
    this.opened = new Promise((resolve, reject) => {
      socket.on('open', resolve);
      socket.on('error', ({ message }) => reject(new Error(message)));
    });
    this.closed = new Promise((resolve) => socket.on('close', ({ code, reason }) => resolve({ code, reason })));
    socket.on('message', ({ data }) => this.messages.push(data));
  }

  send(data) {
    this.socket.send(data);
    return this;
  }

  async next() {
    await eventually('a message', () => this.messages.length > 0);
    return this.messages.shift();
  }

  end(code, reason) {
    this.socket.close(code, reason);
    return withDeadline(this.closed, 'end of the closing handshake');
  }
}

test('faye-websocket', async (t) => {
  const { ws, url } = await serve(t, binary);
  const open = (path, options) => FayeClient.open(ws + path, options);

  for (const [what, extensions] of [
    ['without extensions', []],
    ['with compression', [deflate]],
    ['with compression and no context', [deflate.configure({ noContextTakeover: true, requestNoContextTakeover: true })]],
    ['with compression and small windows', [deflate.configure({ maxWindowBits: 9, requestMaxWindowBits: 10 })]],
    ['with the strongest compression', [deflate.configure({ level: 9, memLevel: 9 })]],
  ]) {
    await t.test(`messages come back ${what}`, async () => {
      const client = await open('/ws/echo', { extensions });
      for (const sent of ['', 'a', 'κόσμε 𝒳', 'hello '.repeat(2000), 'hello '.repeat(2000), 'x'.repeat(1_048_576)]) {
        assert.ok(await client.send(sent).next() === sent, `${sent.length} characters`);
      }
      for (const size of [0, 1, 125, 126, 65_535, 65_536, 500_000]) {
        const sent = randomBytes(size);
        assert.ok(sent.equals(await client.send(sent).next()), `${size} bytes`);
      }
      await withDeadline(new Promise((resolve) => client.socket.ping('still there?', resolve)), 'pong');
      for (let i = 0; i < 500; ++i) client.send(`number ${i}`);
      for (let i = 0; i < 500; ++i) assert.equal(await client.next(), `number ${i}`);
      assert.equal((await client.end(1000, 'bye')).code, 1000);
    });
  }

  await t.test('close codes, both ways', async () => {
    for (const code of [1000, 3000, 4999]) {
      const client = await open('/ws/echo');
      assert.equal((await client.end(code, 'why')).code, code);
    }
    const client = await open('/ws/kinds');
    client.send('close');
    assert.deepEqual(await withDeadline(client.closed, 'close'), { code: 4000, reason: 'as you wished' });
  });

  await t.test('the server\'s ping is answered', async () => {
    const client = await open('/ws/kinds');
    assert.equal(await client.send('ping').next(), 'pong: 2 bytes');
    await client.end();
  });

  await t.test('a message over the limit is 1009', async () => {
    const client = await open('/ws/echo');
    client.send(Buffer.alloc(1_048_577));
    assert.equal((await withDeadline(client.closed, 'close')).code, 1009);
  });

  await t.test('another site\'s origin is refused, the own one is not', async () => {
    await assert.rejects(open('/ws/echo', { headers: { Origin: 'https://elsewhere.example' } }), /Unexpected response code: 403/);
    await (await open('/ws/echo', { headers: { Origin: url } })).end();
  });
});

// --- Chromium ---

// In the page: plays `script`, a list of messages (strings, or numbers for that many bytes), and gives what came back.
const play = (page, address, script, { protocols, code, reason } = {}) => page.evaluate(
  ([target, sent, subprotocols, closeCode, closeReason]) => new Promise((resolve) => {
    const socket = subprotocols ? new WebSocket(target, subprotocols) : new WebSocket(target);
    socket.binaryType = 'arraybuffer';
    const seen = { opened: false, messages: [], extensions: '' };
    const next = () => {
      const message = sent[seen.messages.length];
      if (message === undefined) return closeCode === undefined ? socket.close() : socket.close(closeCode, closeReason);
      if (message === null) return undefined;  // the server speaks next
      return socket.send(typeof message === 'string' ? message : new Uint8Array(message).map((_, i) => i * 7));
    };
    socket.onopen = () => {
      Object.assign(seen, { opened: true, extensions: socket.extensions, protocol: socket.protocol });
      next();
    };
    socket.onmessage = ({ data }) => {
      const right = typeof data === 'string' ? data : new Uint8Array(data).every((byte, i) => byte === (i * 7 & 255));
      seen.messages.push(typeof data === 'string' ? data : right && data.byteLength);
      next();
    };
    socket.onclose = (event) => resolve({ ...seen, code: event.code, reason: event.reason, clean: event.wasClean });
  }), [address, script, protocols, code, reason]);

test('Chromium', async (t) => {
  const { ws, url } = await serve(t, binary);
  const browser = await openBrowser(t);
  const page = await browser.page();
  await page.goto(`${url}/ws/chat`);

  await t.test('messages of all kinds and sizes come back', async () => {
    const script = ['', 'a', 'κόσμε 𝒳', 0, 1, 125, 126, 65_535, 65_536, 1_048_576, 'x'.repeat(1_048_576), 'again '.repeat(100_000)];
    const { messages, ...end } = await play(page, `${ws}/ws/echo`, script);
    assert.equal(messages.length, script.length);
    messages.forEach((message, i) => assert.ok(message === script[i], String(i)));
    assert.deepEqual({ code: end.code, clean: end.clean }, { code: 1005, clean: true });
  });

  await t.test('close codes and reasons, both ways', async () => {
    for (const code of [1000, 3000, 4999]) {
      const { code: answered, clean } = await play(page, `${ws}/ws/echo`, [], { code, reason: 'why' });
      assert.deepEqual({ answered, clean }, { answered: code, clean: true });
    }
    const ours = await play(page, `${ws}/ws/kinds`, ['close', null]);
    assert.deepEqual({ code: ours.code, reason: ours.reason, clean: ours.clean }, { code: 4000, reason: 'as you wished', clean: true });
  });

  await t.test('the server\'s ping is answered', async () => {
    assert.deepEqual((await play(page, `${ws}/ws/kinds`, ['ping', 'hello'])).messages, ['pong: 2 bytes', 'text: hello']);
  });

  await t.test('a message over the limit is 1009', async () => {
    assert.equal((await play(page, `${ws}/ws/echo`, [1_048_577, null])).code, 1009);
  });

  await t.test('a subprotocol that the route does not speak', async () => {
    // RFC 6455 §4.1: a client that asked for a subprotocol and got none may go on or not; browsers do not.
    const outcome = await play(page, `${ws}/ws/echo`, [], { protocols: ['chat.v9'] });
    assert.deepEqual({ opened: outcome.opened, code: outcome.code }, { opened: false, code: 1006 });
  });

  await t.test('pages of other sites may not connect', async () => {
    const other = http.createServer((request, response) => response.setHeader('Content-Type', 'text/html').end('<p>elsewhere'));
    await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
    t.after(() => other.close());
    const foreign = await browser.page();
    await foreign.goto(`http://127.0.0.1:${other.address().port}/`);
    const stranger = await play(foreign, `${ws}/ws/echo`, ['hello']);
    assert.deepEqual({ opened: stranger.opened, messages: stranger.messages, code: stranger.code }, { opened: false, messages: [], code: 1006 });
    await foreign.goto('about:blank');  // its origin is `null`
    assert.equal((await play(foreign, `${ws}/ws/echo`, ['hello'])).opened, false);
  });
});
