// npm's `ws` against every WebSocket route of example/, and raw frames where a well-behaved client cannot go.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import WebSocket from 'ws';

import { eventually, example, serve, Wire, withDeadline } from './helpers.mjs';

const binary = example();

// A connection whose messages are read one by one: strings for text, Buffers for binary.
class Client {
  static async open(address, options) {
    const client = new Client(new WebSocket(address, options));
    await withDeadline(new Promise((resolve, reject) => {
      client.socket.once('open', resolve).once('error', reject);
    }), `connection to ${address}`);
    return client;
  }

  constructor(socket) {
    this.socket = socket;
    this.messages = [];
    this.pongs = [];
    this.pings = [];
    socket.on('message', (data, isBinary) => this.messages.push(isBinary ? data : data.toString()));
    socket.on('pong', (data) => this.pongs.push(data.toString()));
    socket.on('ping', (data) => this.pings.push(data.toString()));
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    socket.on('error', (error) => { this.error = error; });
  }

  send(data, options) {
    this.socket.send(data, options);
    return this;
  }

  async next() {
    await eventually('a message', () => this.messages.length > 0);
    return this.messages.shift();
  }

  // Closes and gives what the server answered.
  end(code, reason) {
    this.socket.close(code, reason);
    return withDeadline(this.closed, 'end of the closing handshake');
  }
}

// The status of the response that refuses an upgrade.
function refused(address, options) {
  return withDeadline(new Promise((resolve, reject) => {
    const socket = new WebSocket(address, options);
    socket.on('open', () => reject(new Error('it was accepted')));
    socket.on('unexpected-response', (request, response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => { body += text; }).on('end', () => {
        resolve({ status: response.statusCode, headers: response.headers, body });
      });
    });
    socket.on('error', () => {});
  }), 'refusal');
}

test('WebSocket routes', async (t) => {
  const server = await serve(t, binary);
  const { ws, url, port } = server;
  const open = (path, options) => Client.open(ws + path, options);

  await t.test('ws/echo.cpp keeps a message and its kind', async () => {
    const client = await open('/ws/echo');
    assert.equal(await client.send('hello').next(), 'hello');
    assert.equal(await client.send('').next(), '');
    assert.equal(await client.send('κόσμε 𝒳').next(), 'κόσμε 𝒳');
    assert.deepEqual(await client.send(Buffer.from([0, 255, 1])).next(), Buffer.from([0, 255, 1]));
    assert.deepEqual(await client.send(Buffer.alloc(0)).next(), Buffer.alloc(0));
    assert.deepEqual(await client.end(1000, 'bye'), { code: 1000, reason: '' });
  });

  await t.test('ws/echo.cpp: big messages, at every length that the frame header tells apart', async () => {
    const client = await open('/ws/echo');
    for (const size of [125, 126, 127, 65_535, 65_536, 1_000_000, 1_048_576]) {
      const sent = Buffer.alloc(size, 'ab');
      assert.ok(sent.equals(await client.send(sent).next()), String(size));
    }
    await client.end();
  });

  await t.test('ws/echo.cpp: fragments, with a ping between them', async () => {
    const client = await open('/ws/echo');
    client.send('one ', { fin: false }).send('and ', { fin: false });
    client.socket.ping('between');
    client.send('two', { fin: true });
    assert.equal(await client.next(), 'one and two');
    assert.deepEqual(client.pongs, ['between']);
    await client.end();
  });

  await t.test('ws/echo.cpp: many messages stay in order', async () => {
    const client = await open('/ws/echo');
    for (let i = 0; i < 2000; ++i) client.send(String(i));
    await eventually('all of them', () => client.messages.length === 2000);
    assert.ok(client.messages.every((text, i) => text === String(i)));
    await client.end();
  });

  await t.test('ws/echo.cpp: close codes are echoed', async () => {
    for (const code of [1000, 1001, 1011, 3000, 4999]) {
      const client = await open('/ws/echo');
      assert.deepEqual(await client.end(code, 'why'), { code, reason: '' });
    }
    const silent = await open('/ws/echo');
    assert.equal((await silent.end()).code, 1005);
  });

  // What `ws` offers decides what it sends and takes: messages come through the same, whatever was agreed on.
  for (const [what, perMessageDeflate] of [
    ['none', false],
    ['what it offers by itself', true],
    ['every message', { threshold: 0 }],
    ['no context takeover', { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true }],
    ['the server\'s context only', { threshold: 0, clientNoContextTakeover: true }],
    ['a window for itself', { threshold: 0, clientMaxWindowBits: 10 }],
    ['small windows', { threshold: 0, serverMaxWindowBits: 9, clientMaxWindowBits: 9 }],
    ['the smallest window of the server', { threshold: 0, serverMaxWindowBits: 8 }],
    ['all of it', { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true, serverMaxWindowBits: 10, clientMaxWindowBits: 11 }],
  ]) {
    await t.test(`ws/echo.cpp: compression as offered: ${what}`, async () => {
      const client = await open('/ws/echo', { perMessageDeflate });
      const json = JSON.stringify(Array.from({ length: 2000 }, (_, id) => ({ id, name: `name ${id % 7}`, on: id % 3 === 0 })));
      for (const sent of ['', 'a', 'κόσμε 𝒳', 'hello '.repeat(1000), json, json, 'x'.repeat(1_048_576)]) {
        assert.ok(await client.send(sent).next() === sent, `${sent.length} characters`);
      }
      for (const sent of [Buffer.alloc(0), randomBytes(125), randomBytes(70_000), Buffer.alloc(300_000), Buffer.from(json)]) {
        assert.ok(sent.equals(await client.send(sent).next()), `${sent.length} bytes`);
      }
      client.send('frag', { fin: false }).send('', { fin: false }).send('ments '.repeat(500), { fin: false }).send('end', { fin: true });
      assert.equal(await client.next(), `frag${'ments '.repeat(500)}end`);
      client.socket.ping('still there?');
      await eventually('a pong', () => client.pongs.includes('still there?'));
      assert.deepEqual(await client.end(1000), { code: 1000, reason: '' });
      assert.equal(client.error, undefined);
    });
  }

  await t.test('ws/echo.cpp: pings of every size are answered', async () => {
    const client = await open('/ws/echo');
    const sent = [0, 1, 124, 125].map((size) => 'p'.repeat(size));
    for (const payload of sent) client.socket.ping(payload);
    await eventually('all pongs', () => client.pongs.length === sent.length);
    assert.deepEqual(client.pongs, sent);
    await client.end();
  });

  await t.test('ws/echo.cpp: a reason as long as it can be', async () => {
    const client = await open('/ws/echo');
    assert.deepEqual(await client.end(4000, 'ü'.repeat(61)), { code: 4000, reason: '' });
    assert.equal(client.error, undefined);
  });

  await t.test('ws/echo.cpp: a message over the limit is 1009', async () => {
    const client = await open('/ws/echo');
    client.send(Buffer.alloc(16 * 1024 * 1024 + 1));
    assert.equal((await withDeadline(client.closed, 'close')).code, 1009);
  });

  await t.test('no subprotocol is agreed on when the route offers none', async () => {
    const socket = new WebSocket(`${ws}/ws/echo`, ['chat.v1']);
    const outcome = await withDeadline(new Promise((resolve) => {
      socket.on('open', () => resolve(socket.protocol)).on('error', (error) => resolve(error.message));
    }), 'answer');
    // RFC 6455 §4.2.2: the server leaves the field out. `ws` then fails the connection, as browsers do.
    assert.match(outcome, /no subprotocol/i);
  });

  await t.test('ws/basic.cpp: the guide\'s first sample', async () => {
    const plain = await fetch(`${url}/ws/basic`);
    assert.equal(plain.status, 400);
    assert.deepEqual(await plain.json(), { error: 'This endpoint requires WebSocket upgrade' });

    const client = await open('/ws/basic');
    assert.equal(await client.next(), 'Hello from server!');
    assert.equal(await client.send('hello').next(), 'Echo: hello');
    assert.equal(await client.send('again').next(), 'Echo: again');
    assert.equal((await client.end(1000)).code, 1000);
    await server.seen(/Received: again/);
  });

  await t.test('ws/split.cpp: sends by itself while it receives', async () => {
    const client = await open('/ws/split');
    client.send('in the meantime');
    await server.seen(/Received: in the meantime/);
    assert.deepEqual(client.messages, []);
    assert.equal(await client.next(), 'Ping');
    assert.equal((await client.end(1000)).code, 1000);
  });

  await t.test('ws/rooms.cpp: everybody hears everybody', async () => {
    assert.equal((await fetch(`${url}/ws/rooms`)).status, 400);
    const ada = await open('/ws/rooms?user=ada');
    assert.equal(await ada.next(), 'ada joined');
    const alan = await open('/ws/rooms?user=alan');
    assert.equal(await ada.next(), 'alan joined');
    assert.equal(await alan.next(), 'alan joined');
    alan.send('hello');
    assert.equal(await ada.next(), 'alan: hello');
    assert.equal(await alan.next(), 'alan: hello');
    await alan.end();
    ada.send('alone?');
    assert.equal(await ada.next(), 'ada: alone?');
    await ada.end();
  });

  await t.test('ws/kinds.cpp: all kinds of messages, both ways', async () => {
    const client = await open('/ws/kinds');
    assert.equal(await client.send('hello').next(), 'text: hello');
    assert.equal(await client.send(Buffer.from('four')).next(), 'binary: 4 bytes');
    assert.deepEqual(await client.send('binary').next(), Buffer.from([1, 2, 3]));
    client.socket.ping('12345');
    assert.equal(await client.next(), 'ping: 5 bytes');
    await eventually('a pong', () => client.pongs.includes('12345'));
    assert.equal(await client.send('ping').next(), 'pong: 2 bytes');
    assert.deepEqual(client.pings, ['hi']);
    client.send('close');
    assert.deepEqual(await withDeadline(client.closed, 'close'), { code: 4000, reason: 'as you wished' });

    const leaver = await open('/ws/kinds');
    await leaver.end(4321);
    await server.seen(/close: 4321/);
  });

  await t.test('ws/direct/[name].cpp: from one to another', async () => {
    const ada = await open('/ws/direct/ada');
    const alan = await open('/ws/direct/alan');
    const read = async (client) => JSON.parse(await client.next());
    // The room is joined a moment after the handshake; a letter to somebody who is there proves that he is.
    await eventually('alan in the room', async () => {
      ada.send(JSON.stringify({ to: 'alan', text: 'hello' }));
      alan.send(JSON.stringify({ to: 'alan', text: 'me' }));
      return (await read(alan)).from === 'ada';
    });
    alan.send('{"to":"nobody","text":"x"}');
    await eventually('an answer', async () => (await read(alan)).text === 'nobody is not here');
    alan.send('{"to":7}');
    // Ada's letters come by another loop, and one of them may be on its way yet.
    let problem;
    await eventually('the answer to a mistake', async () => (problem = await read(alan)).from === 'server');
    assert.match(problem.text, /Invalid JSON at line 1 column 7: field 'to'/);

    const twin = await open('/ws/direct/ada');
    assert.deepEqual(await withDeadline(twin.closed, 'close'), { code: 1008, reason: 'this name is taken' });
    alan.send(Buffer.from('binary'));
    assert.equal((await withDeadline(alan.closed, 'close')).code, 1003);
    await ada.end();
  });

  await t.test('ws/chat.cpp: join, talk, leave', async () => {
    const read = async (client) => JSON.parse(await client.next());
    const ada = await open('/ws/chat?name=Ada');
    const welcome = await read(ada);
    assert.deepEqual(welcome, { kind: 'welcome', id: welcome.id, name: 'Ada', text: '', online: 1 });
    assert.deepEqual(await read(ada), { ...welcome, kind: 'joined' });

    const guest = await open('/ws/chat');
    const { id, name } = await read(guest);
    assert.equal(name, `Guest ${id}`);
    for (const client of [ada, guest]) assert.deepEqual(await read(client), { kind: 'joined', id, name, text: '', online: 2 });

    guest.send('<b>"hi"</b> 👋');
    for (const client of [ada, guest]) {
      assert.deepEqual(await read(client), { kind: 'message', id, name, text: '<b>"hi"</b> 👋', online: 2 });
    }
    await guest.end();
    assert.deepEqual(await read(ada), { kind: 'left', id, name, text: '', online: 1 });

    const lost = await open('/ws/chat?name=Lost');
    await read(ada);
    lost.socket.terminate();  // no closing handshake
    assert.equal((await read(ada)).kind, 'left');

    const nameless = await open('/ws/chat?name=');
    assert.equal((await withDeadline(nameless.closed, 'close')).code, 1008);
    ada.send('x'.repeat(4001));
    assert.equal((await withDeadline(ada.closed, 'close')).code, 1008);
  });

  await t.test('ws/chat.cpp: the counts add up when many come and go at once', async () => {
    const clients = await Promise.all(Array.from({ length: 40 }, (_, i) => open(`/ws/chat?name=n${i}`)));
    const online = (client) => JSON.parse(client.messages.at(-1)).online;
    await eventually('everybody sees 40', () => clients.every((client) => client.messages.length > 1 && online(client) === 40));
    await Promise.all(clients.slice(1).map((client) => client.end()));
    await eventually('one is left', () => online(clients[0]) === 1);
    await clients[0].end();
  });

  await t.test('(admin)/reports/live.cpp: a middleware guards an upgrade', async () => {
    const answer = await refused(`${ws}/reports/live`);
    assert.equal(answer.status, 401);
    assert.equal(answer.headers['www-authenticate'], 'Bearer');
    const client = await open('/reports/live', { headers: { Authorization: 'Bearer ada-token' } });
    assert.equal(await client.next(), 'Reports for Ada');
    assert.equal(await client.send('?').next(), 'No news.');
    await client.end();
  });

  await t.test('other sites may not connect', async () => {
    for (const origin of ['https://elsewhere.example', 'null', `${url}.evil.example`, 'http://127.0.0.1:1', 'http://sub.127.0.0.1']) {
      assert.equal((await refused(`${ws}/ws/echo`, { origin })).status, 403, origin);
    }
    for (const origin of [url, url.replace('http:', 'https:')]) await (await open('/ws/echo', { origin })).end();
  });

  await t.test('a WebSocket route asked without an upgrade says what it wants', async () => {
    const answer = await fetch(`${url}/ws/echo`);
    assert.equal(answer.status, 426);
    assert.equal(answer.headers.get('upgrade'), 'websocket');
    assert.equal((await refused(`${ws}/docs/a`)).status, 200);  // and one that has no WS is as it always is
    assert.equal((await refused(`${ws}/no/such`)).status, 404);
  });

  // --- raw: the handshake ---

  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  const handshake = (fields, path = '/ws/echo', line = 'HTTP/1.1') =>
    `GET ${path} ${line}\r\n${Object.entries({
      Host: 'test', Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': key, 'Sec-WebSocket-Version': '13', ...fields,
    }).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  const frame = (opcode, payload = Buffer.alloc(0), { fin = true, masked = true, rsv = 0 } = {}) => {
    const mask = Buffer.from([0x12, 0x34, 0x56, 0x78]);
    const bytes = Buffer.from(payload);
    const length = bytes.length < 126 ? Buffer.from([bytes.length]) : Buffer.from([126, bytes.length >> 8, bytes.length & 255]);
    if (masked) length[0] |= 0x80;
    return Buffer.concat([
      Buffer.from([(fin ? 0x80 : 0) | rsv | opcode]), length, ...(masked ? [mask, bytes.map((byte, i) => byte ^ mask[i % 4])] : [bytes]),
    ]);
  };
  const readFrame = async (wire) => {
    const [first, second] = await wire.exactly(2);
    assert.equal(second & 0x80, 0, 'a server does not mask');
    const length = (second & 127) < 126 ? second & 127 : (await wire.exactly(2)).readUInt16BE();
    return { fin: first >> 7, opcode: first & 15, payload: Buffer.from(await wire.exactly(length)) };
  };
  const upgrade = async (...arguments_) => {
    const wire = await Wire.open(port);
    wire.write(handshake(...arguments_));
    const response = await wire.response();
    return { wire, response };
  };

  await t.test('the handshake of RFC 6455 §1.3', async () => {
    const { wire, response } = await upgrade({});
    assert.equal(response.statusLine, 'HTTP/1.1 101 Switching Protocols');
    assert.equal(response.headers['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    assert.equal(response.headers['sec-websocket-accept'],
        createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64'));
    assert.equal(response.headers['content-length'], undefined);
    assert.equal(response.headers['transfer-encoding'], undefined);
    wire.close();
  });

  await t.test('frames that come in the same segment as the handshake are not lost', async () => {
    const wire = await Wire.open(port);
    wire.write(Buffer.concat([Buffer.from(handshake({})), frame(1, 'first'), frame(2, 'second')]));
    assert.equal((await wire.response()).status, 101);
    assert.deepEqual(await readFrame(wire), { fin: 1, opcode: 1, payload: Buffer.from('first') });
    assert.deepEqual(await readFrame(wire), { fin: 1, opcode: 2, payload: Buffer.from('second') });
    wire.close();
  });

  for (const [what, status, fields] of [
    ['a wrong version', 426, { 'Sec-WebSocket-Version': '8' }],
    ['no version', 400, { 'Sec-WebSocket-Version': null }],
    ['no key', 400, { 'Sec-WebSocket-Key': null }],
    ['a key that is not 16 bytes', 400, { 'Sec-WebSocket-Key': 'c2hvcnQ=' }],
    ['a key that is no base64', 400, { 'Sec-WebSocket-Key': '!!!!!!!!!!!!!!!!!!!!!!==' }],
  ]) {
    await t.test(`${status} for a handshake with ${what}`, async () => {
      const { wire, response } = await upgrade(fields);
      assert.equal(response.status, status, response.body);
      if (status === 426) assert.equal(response.headers['sec-websocket-version'], '13');
      wire.close();
    });
  }

  // --- raw: the protocol ---

  for (const [what, code, ...frames] of [
    ['an unmasked frame', 1002, frame(1, 'x', { masked: false })],
    ['a reserved bit', 1002, frame(1, 'x', { rsv: 0x40 })],
    ['an unknown opcode', 1002, frame(3)],
    ['a fragmented ping', 1002, frame(9, '', { fin: false })],
    ['a ping of 126 bytes', 1002, frame(9, Buffer.alloc(126))],
    ['a continuation of nothing', 1002, frame(0, 'x')],
    ['a new message inside a fragmented one', 1002, frame(1, 'x', { fin: false }), frame(1, 'y')],
    ['a close payload of one byte', 1002, frame(8, [3])],
    ['close code 1005 on the wire', 1002, frame(8, [3, 0xed])],
    ['close code 999', 1002, frame(8, [3, 0xe7])],
    ['a close reason that is no UTF-8', 1007, frame(8, [3, 0xe8, 0xff])],
    ['text that is no UTF-8', 1007, frame(1, [0xce, 0xba, 0xff])],
    ['text that ends inside a character', 1007, frame(1, [0xce], { fin: false }), frame(0, [])],
  ]) {
    await t.test(`${code} for ${what}`, async () => {
      const { wire } = await upgrade({});
      for (const bytes of frames) wire.write(bytes);
      const { opcode, payload } = await readFrame(wire);
      assert.equal(opcode, 8);
      assert.equal(payload.readUInt16BE(), code);
      await wire.closed();
      wire.close();
    });
  }

  await t.test('frames byte by byte', async () => {
    const { wire } = await upgrade({});
    wire.socket.setNoDelay(true);
    for (const byte of Buffer.concat([frame(1, 'κ', { fin: false }), frame(9, 'p'), frame(0, 'όσμε')])) wire.write(Buffer.from([byte]));
    assert.deepEqual(await readFrame(wire), { fin: 1, opcode: 10, payload: Buffer.from('p') });
    assert.deepEqual(await readFrame(wire), { fin: 1, opcode: 1, payload: Buffer.from('κόσμε') });
    wire.write(frame(8, [3, 0xe8]));
    assert.deepEqual(await readFrame(wire), { fin: 1, opcode: 8, payload: Buffer.from([3, 0xe8]) });
    await wire.closed();
    wire.close();
  });

  await t.test('a client that does not read holds no more than its limit, and nobody up', async () => {
    const { wire } = await upgrade({}, '/ws/chat?name=Slow');
    await readFrame(wire);
    wire.socket.pause();
    const loud = await open('/ws/chat?name=Loud');
    const text = 'x'.repeat(4000);
    let left = false;
    loud.socket.on('message', (data) => { left ||= JSON.parse(data).kind === 'left'; });
    await eventually('the slow one is dropped', async () => {
      for (let i = 0; i < 250; ++i) loud.send(text);
      await eventually('an echo', () => loud.messages.length >= 250);
      loud.messages.length = 0;
      return left;
    });
    wire.close();
    await loud.end();
  });
});
