// HTTP/1.1 over real sockets, against the built example: what every client may rely on, and what none may get away with.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import http from 'node:http';
import { test } from 'node:test';

import { example, exchange, serve, Wire } from './helpers.mjs';

const binary = example();

test('HTTP', async (t) => {
  const server = await serve(t, binary);
  const { port, url } = server;
  const get = (path, extra = '') => `GET ${path} HTTP/1.1\r\nHost: test\r\n${extra}\r\n`;
  const post = (path, body, extra = '') =>
    `POST ${path} HTTP/1.1\r\nHost: test\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${extra}\r\n${body}`;

  await t.test('answers with a status line, a Date and a Content-Length', async () => {
    const { statusLine, headers, body } = await exchange(port, get('/docs/a'));
    assert.equal(statusLine, 'HTTP/1.1 200 OK');
    assert.match(headers.date, /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
    assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
    assert.equal(Number(headers['content-length']), body.length);
  });

  await t.test('keeps a connection for the next request', async () => {
    const wire = await Wire.open(port);
    for (const page of ['a', 'b', 'c']) {
      const { body } = await wire.write(get(`/docs/${page}`)).response();
      assert.equal(body, `You asked for the page ${page}\n`);
    }
    wire.close();
  });

  await t.test('shows nothing of a request to the next one on its connection', async () => {
    const wire = await Wire.open(port);
    const first = 'POST /inspect?secret=1 HTTP/1.1\r\nHost: test\r\nContent-Type: text/secret\r\nContent-Length: 6\r\n\r\nsecret';
    assert.match((await wire.write(first).response()).body, /"body":"secret"/);
    const { body } = await wire.write(get('/inspect')).response();
    assert.deepEqual(JSON.parse(body), { method: 'GET', path: '/inspect', query: '', content_type: '', body: '' });
    assert.equal((await wire.write(get('/visits', 'Cookie: visits=7\r\n')).response()).body, 'Visit number 8\n');
    assert.equal((await wire.write(get('/visits')).response()).body, 'Visit number 1\n');
    assert.equal((await wire.write(get('/reports', 'Authorization: Bearer ada-token\r\n')).response()).status, 200);
    assert.equal((await wire.write(get('/reports')).response()).status, 401);
    wire.close();
  });

  await t.test('answers pipelined requests in their order, slow ones too', async () => {
    const wire = await Wire.open(port);
    wire.write(get('/sleep/150') + get('/docs/2') + post('/inspect', 'third') + get('/sleep/1') + get('/docs/5'));
    assert.match((await wire.response()).body, /slept for 150 ms/);
    assert.match((await wire.response()).body, /page 2/);
    assert.equal(JSON.parse((await wire.response()).body).body, 'third');
    assert.match((await wire.response()).body, /slept for 1 ms/);
    assert.match((await wire.response()).body, /page 5/);
    wire.close();
  });

  await t.test('takes a request byte by byte', async () => {
    const wire = await Wire.open(port);
    wire.socket.setNoDelay(true);
    for (const byte of post('/inspect?x=1', 'hello')) wire.write(byte);
    const { body } = await wire.response();
    assert.deepEqual(JSON.parse(body), { method: 'POST', path: '/inspect', query: 'x=1', content_type: '', body: 'hello' });
    wire.close();
  });

  await t.test('decodes chunked bodies, with extensions and trailers', async () => {
    const { status, body } = await exchange(port,
        'POST /inspect HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n' +
        '5;name=value\r\nhello\r\n1\r\n,\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\n');
    assert.equal(status, 200);
    assert.equal(JSON.parse(body).body, 'hello, world');
  });

  await t.test('says 100 Continue when it is asked to', async () => {
    const wire = await Wire.open(port);
    wire.write('POST /inspect HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n');
    assert.equal((await wire.response()).status, 100);
    const { status, body } = await wire.write('ok').response();
    assert.equal(status, 200);
    assert.equal(JSON.parse(body).body, 'ok');
    wire.close();
  });

  await t.test('closes when the client asks for it, and after HTTP/1.0', async () => {
    for (const request of [get('/docs/a', 'Connection: close\r\n'), 'GET /docs/a HTTP/1.0\r\n\r\n']) {
      const wire = await Wire.open(port);
      const { status } = await wire.write(request).response();
      assert.equal(status, 200);
      assert.equal(await wire.closed(), '');
      wire.close();
    }
  });

  await t.test('answers a client that has ended its side', async () => {
    const wire = await Wire.open(port);
    const { status } = await wire.write(get('/sleep/50', 'Connection: close\r\n')).end().response();
    assert.equal(status, 200);
    wire.close();
  });

  await t.test('HEAD is GET without the body', async () => {
    const wire = await Wire.open(port);
    const { status, headers } = await wire.write('HEAD /docs/a HTTP/1.1\r\nHost: test\r\n\r\n').response({ head: true });
    assert.equal(status, 200);
    assert.equal(headers['content-length'], String('You asked for the page a\n'.length));
    const next = await wire.write(get('/docs/b')).response();  // nothing of a body stands in its way
    assert.equal(next.body, 'You asked for the page b\n');
    wire.close();
  });

  await t.test('OPTIONS and 405 say what is allowed', async () => {
    const options = await exchange(port, 'OPTIONS /users/1 HTTP/1.1\r\nHost: test\r\n\r\n');
    assert.equal(options.status, 204);
    const refused = await exchange(port, 'PATCH /users/1 HTTP/1.1\r\nHost: test\r\n\r\n');
    assert.equal(refused.status, 405);
    for (const { headers } of [options, refused]) {
      assert.deepEqual(headers.allow.split(', ').sort(), ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PUT']);
    }
  });

  await t.test('404 as a problem response or a page, by what the client accepts', async () => {
    const json = await fetch(`${url}/no/such/path`);
    assert.equal(json.status, 404);
    assert.match(json.headers.get('content-type'), /^application\/problem\+json/);
    assert.equal((await json.json()).status, 404);
    const page = await fetch(`${url}/no/such/path`, { headers: { Accept: 'text/html,*/*;q=0.8' } });
    assert.equal(page.status, 404);
    assert.match(page.headers.get('content-type'), /^text\/html/);
  });

  await t.test('redirects from a trailing slash, and keeps the query', async () => {
    const { status, headers } = await exchange(port, get('/users/?a=1'));
    assert.equal(status, 308);
    assert.equal(headers.location, '/users?a=1');
  });

  const bad = [
    ['no Host', 400, 'GET / HTTP/1.1\r\n\r\n'],
    ['two Hosts', 400, 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['a malformed escape in the path', 400, 'GET /docs/%zz HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a NUL in the path', 400, 'GET /docs/%00 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['space before a colon', 400, 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'],
    ['a folded line', 400, 'GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n'],
    ['a length and chunks at once', 400,
      'POST /inspect HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 400, 'POST /inspect HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
    ['a length that is no number', 400, 'POST /inspect HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello'],
    ['a chunk size that is none', 400, 'POST /inspect HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'],
    ['a transfer coding that is not chunked alone', 400, 'POST /inspect HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
    ['an unknown version', 505, 'GET / HTTP/2.0\r\nHost: a\r\n\r\n'],
    ['a body over the limit', 413, 'POST /inspect HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n'],
    ['a target over the limit', 414, `GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['a head over the limit', 431, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`],
    ['too many fields', 431, `GET / HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(120)}\r\n`],
    ['no HTTP at all', 400, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 what TLS begins with\r\n\r\n'],
  ];
  for (const [what, status, request] of bad) {
    await t.test(`${status} for ${what}, and the connection is closed`, async () => {
      const wire = await Wire.open(port);
      const answer = await wire.write(request).response();
      assert.equal(answer.status, status, answer.body);
      if (!/path$/.test(what)) await wire.closed();
      wire.close();
    });
  }

  await t.test('413 for chunks that exceed the limit, whoever counts them', async () => {
    const wire = await Wire.open(port);
    wire.write('POST /inspect HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    for (let i = 0; i < 17; ++i) wire.write(chunk);
    assert.equal((await wire.response()).status, 413);
    wire.close();
  });

  await t.test('refuses a line break in what a handler would put into a header', async () => {
    const { headers, status } = await exchange(port, get('/errors/a%0d%0aSet-Cookie:%20x=y'));
    assert.equal(status, 200);
    assert.equal(headers['set-cookie'], undefined);
  });

  await t.test('serves many connections at once', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 50 });
    const ask = (i) => new Promise((resolve, reject) => {
      http.get(`${url}/sleep/${i % 20}`, { agent }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      }).on('error', reject);
    });
    const statuses = await Promise.all(Array.from({ length: 500 }, (_, i) => ask(i)));
    agent.destroy();
    assert.ok(statuses.every((status) => status === 200));
  });

  await t.test('curl agrees', () => {
    const curl = (...args) => {
      const run = spawnSync('curl', ['-sS', '--max-time', '30', ...args], { encoding: 'utf8', input: 'piped' });
      assert.equal(run.status, 0, run.stderr);
      return run.stdout;
    };
    assert.equal(curl(`${url}/docs/a%20b/c`), 'You asked for the page a b/c\n');
    assert.match(curl('-i', '-X', 'DELETE', `${url}/counter`), /^HTTP\/1\.1 405 /);
    assert.match(curl('-I', `${url}/`), /content-type: text\/html; charset=utf-8/i);
    assert.equal(JSON.parse(curl('-T', '-', `${url}/inspect`)).body, 'piped');  // of unknown length: in chunks
    const connections = curl('-w', '%{num_connects} ', '-o', '/dev/null', `${url}/docs/a`, '-o', '/dev/null', `${url}/docs/b`);
    assert.equal(connections, '1 0 ');
  });
});
