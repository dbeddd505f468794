// HttpClient against node's own servers, in clear and under TLS: what a foreign server sends must arrive as it was sent.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { test } from 'node:test';

import { develop, eventually, temporaryFolder } from './helpers.mjs';

const route = (authorities) => `#include <folio/folio.hpp>
using namespace folio;

struct Ask { std::string url; std::string method = "GET"; std::string body = "-"; bool trusting = false; };
struct Told { int status = 0; std::string url; std::string kind; std::string body; };

Task<Result<Json<Told>>> POST(Json<Ask> ask) {
  HttpClientOptions options;
  if (ask->trusting) options.authorities_file = ${JSON.stringify(authorities)};
  HttpRequest request{.method = ask->method, .url = ask->url};
  if (ask->body != "-") request.body = ask->body;
  auto answer = co_await HttpClient(options).send(request);
  if (!answer) co_return Told{-answer.error().status(), {}, {}, answer.error().message()};
  co_return Told{answer->status, answer->url, std::string(answer->header("X-Kind")), answer->body};
}
`;

function answer(request, response) {
  const url = new URL(request.url, 'http://x');
  response.setHeader('X-Kind', url.pathname.slice(1));
  const kinds = {
    '/length': () => response.end('counted'),
    '/chunks': () => {
      for (let i = 0; i < 100; ++i) response.write(`${i},`);
      response.addTrailers({ 'X-Trailer': '1' });
      response.end();
    },
    '/large': () => response.end('x'.repeat(5_000_000)),
    '/close': () => {
      response.removeHeader('X-Kind');
      response.socket.end('HTTP/1.0 200 OK\r\nX-Kind: close\r\n\r\nto the end');
    },
    '/hints': () => response.writeEarlyHints({ link: '</style.css>; rel=preload' }, () => response.end('hinted')),
    '/nothing': () => response.writeHead(204).end(),
    '/moved': () => response.writeHead(302, { Location: './length' }).end('moved'),
    '/echo': () => request.pipe(response),
    '/cut': () => {
      response.writeHead(200, { 'Content-Length': 100 });
      response.write('half', () => request.socket.destroy());
    },
  };
  (kinds[url.pathname] ?? (() => response.writeHead(404).end('none')))();
}

async function listening(t, server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections?.();
    server.close();
  });
  return server.address().port;
}

test('HttpClient and node', async (t) => {
  const app = temporaryFolder(t);
  const [key, certificate] = [path.join(app, 'key.pem'), path.join(app, 'certificate.pem')];
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
  { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  fs.mkdirSync(path.join(app, 'routes'));
  fs.writeFileSync(path.join(app, 'routes/ask.cpp'), route(certificate));

  let connections = 0;
  const server = http.createServer(answer).on('connection', () => ++connections);
  const clear = `http://127.0.0.1:${await listening(t, server)}`;
  const secured = https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(certificate) }, answer);
  const secure = `https://localhost:${await listening(t, secured)}`;

  const folio = await develop(t, app, '--threads', '1');
  const ask = async (url, fields = {}) => {
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(`${folio.url}/ask`, { method: 'POST', headers, body: JSON.stringify({ url, ...fields }) });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return JSON.parse(text);
  };
  await eventually('the first build', async () => (await ask(`${clear}/length`)).status === 200);

  const numbers = Array.from({ length: 100 }, (_, i) => `${i},`).join('');
  for (const [base, options] of [[clear, {}], [secure, { trusting: true }]]) {
    await t.test(`every kind of body from ${new URL(base).protocol}`, async () => {
      const bodies = { length: 'counted', chunks: numbers, large: 'x'.repeat(5_000_000), close: 'to the end', hints: 'hinted' };
      for (const [kind, body] of Object.entries(bodies)) {
        const told = await ask(`${base}/${kind}`, options);
        assert.deepEqual({ ...told, body: told.body === body }, { status: 200, url: `${base}/${kind}`, kind, body: true });
      }
      assert.equal((await ask(`${base}/nothing`, options)).status, 204);
      assert.equal((await ask(`${base}/unknown`, options)).body, 'none');
      assert.equal((await ask(`${base}/large`, { ...options, method: 'HEAD' })).body, '');
      assert.equal((await ask(`${base}/moved`, options)).url, `${base}/length`);
      const sent = 'y'.repeat(500_000);
      assert.equal((await ask(`${base}/echo`, { ...options, method: 'PUT', body: sent })).body, sent);
      const cut = await ask(`${base}/cut`, options);
      assert.equal(cut.status, -502);
      assert.match(cut.body, /in the middle of the answer/);
    });
  }

  await t.test('a connection is used again', async () => {
    await ask(`${clear}/length`);
    const before = connections;
    for (let i = 0; i < 5; ++i) await ask(`${clear}/length`);
    assert.equal(connections, before);
  });

  await t.test('a certificate that nobody vouches for', async () => {
    const told = await ask(`${secure}/length`);
    assert.equal(told.status, -502);
    assert.match(told.body, /certificate/);
  });
});
