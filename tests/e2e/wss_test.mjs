// https and wss between node and Folio, both ways round, and `folio dev --https`.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { describe, it } from 'node:test';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import WebSocket, { WebSocketServer } from 'ws';

import { develop, eventually, example, serve, temporaryFolder, withDeadline } from './helpers.mjs';

// NAME.pem and NAME.key, which vouch for themselves.
function certificate(folder, name) {
  const file = (ending) => path.join(folder, name + ending);
  const run = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-keyout', file('.key'), '-out', file('.pem'), '-days', '30', '-subj', `/CN=${name}`,
    '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  return { certificate: file('.pem'), key: file('.key'), ca: fs.readFileSync(file('.pem')) };
}

function get(port, target, options) {
  return withDeadline(new Promise((resolve, reject) => {
    https.get({ host: 'localhost', family: 4, port, path: target, ...options }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => { body += text; }).on('end', () => resolve({ response, body }));
    }).on('error', reject);
  }), `answer to ${target}`);
}

// Whatever the socket says first.
function firstMessage(socket) {
  return withDeadline(new Promise((resolve, reject) => {
    socket.on('message', (data) => resolve(data.toString()));
    socket.on('error', reject);
  }), 'message');
}

async function serveTls(t, binary, files) {
  const server = await serve(t, binary, { args: ['--tls-cert', files.certificate, '--tls-key', files.key] });
  return server;
}

describe('https', () => {
  it('node trusts it by its authority, keeps connections and resumes sessions', async (t) => {
    const files = certificate(temporaryFolder(t), 'server');
    const server = await serveTls(t, example(), files);
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca: files.ca });
    for (let i = 0; i < 3; ++i) {
      const { response, body } = await get(server.port, '/docs/a', { agent });
      assert.equal(response.statusCode, 200);
      assert.match(body, /page a/);
    }
    agent.destroy();
    await assert.rejects(get(server.port, '/docs/a'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    const socket = tls.connect({ host: 'localhost', port: server.port, ca: files.ca, ALPNProtocols: ['h2', 'http/1.1'] });
    await withDeadline(new Promise((resolve, reject) => socket.on('secureConnect', resolve).on('error', reject)), 'handshake');
    assert.equal(socket.alpnProtocol, 'http/1.1');
    assert.equal(socket.getProtocol(), 'TLSv1.3');
    socket.destroy();
  });

  it('sends a large body whole', async (t) => {
    const files = certificate(temporaryFolder(t), 'server');
    const server = await serveTls(t, example(), files);
    const socket = new WebSocket(`wss://localhost:${server.port}/ws/echo`, { ca: files.ca });
    await withDeadline(new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject)), 'connection');
    const large = 'x'.repeat(1_000_000);
    const echoed = firstMessage(socket);
    socket.send(large);
    assert.equal(await echoed, large);
    socket.close();
  });

  it('a page by http may not open a wss socket', async (t) => {
    const files = certificate(temporaryFolder(t), 'server');
    const server = await serveTls(t, example(), files);
    const open = (origin) => withDeadline(new Promise((resolve) => {
      const socket = new WebSocket(`wss://localhost:${server.port}/ws/echo`, { ca: files.ca, origin });
      socket.on('open', () => { socket.close(); resolve('open'); });
      socket.on('error', (error) => resolve(error.message));
    }), 'verdict');
    assert.equal(await open(`https://localhost:${server.port}`), 'open');
    assert.match(await open(`http://localhost:${server.port}`), /403/);
  });
});

describe('WebSocketClient', () => {
  it('speaks wss to node with an authority of its own, and with no other', async (t) => {
    const folder = temporaryFolder(t);
    const [trusted, other] = [certificate(folder, 'trusted'), certificate(folder, 'other')];
    const routes = path.join(folder, 'routes');
    fs.mkdirSync(routes);
    fs.writeFileSync(path.join(routes, 'client.cpp'), `#include <folio/folio.hpp>
#include <folio/websocket_client.hpp>
using namespace folio;
Task<Result<std::string>> GET(Query<"port"> port, Query<"ca"> ca) {
  auto socket = co_await WebSocketClient::connect("wss://localhost:" + *port, {.authorities_file = *ca});
  if (!socket) co_return socket.error();
  co_await socket->send("hello");
  auto message = co_await socket->next();
  co_return message && message->text() ? std::string(*message->text()) : "nothing";
}
`);
    const script = fileURLToPath(new URL('build_example.py', import.meta.url));
    const build = spawnSync('/usr/bin/python3', ['-c', `import pathlib, sys
sys.path.insert(0, ${JSON.stringify(path.dirname(script))})
import build_example
print(build_example.build(pathlib.Path(${JSON.stringify(routes)}), "wss_client"))`], { encoding: 'utf8', timeout: 580_000 });
    assert.equal(build.status, 0, build.stdout + build.stderr);
    const server = await serve(t, build.stdout.trim());

    const theirs = https.createServer({ cert: trusted.ca, key: fs.readFileSync(trusted.key) });
    const sockets = new WebSocketServer({ server: theirs });
    sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`node got ${data}`)));
    theirs.on('tlsClientError', () => {});
    await new Promise((resolve) => theirs.listen(0, '127.0.0.1', resolve));
    t.after(() => { sockets.clients.forEach((socket) => socket.terminate()); sockets.close(); theirs.close(); });
    const { port } = theirs.address();
    const ask = (ca) => fetch(`${server.url}/client?port=${port}&ca=${encodeURIComponent(ca)}`);

    const good = await ask(trusted.certificate);
    assert.equal(await good.text(), 'node got hello');
    const bad = await ask(other.certificate);
    assert.equal(bad.status, 502);
    assert.match(await bad.text(), /self-signed certificate/);
  });
});

describe('folio dev', () => {
  it('--https serves with a certificate that it keeps', async (t) => {
    const app = temporaryFolder(t);
    fs.mkdirSync(path.join(app, 'routes'));
    fs.writeFileSync(path.join(app, 'routes/index.cpp'), `#include <folio/folio.hpp>
using namespace folio;
std::string GET(const Request& request) { return std::string(request.scheme()); }
`);
    const server = await develop(t, app, '--https');
    const listening = await eventually('listening', () => server.events().find(({ event }) => event === 'listening'));
    assert.match(listening.url, /^https:/);
    const seen = async () => {
      const { response, body } = await get(server.port, '/', { rejectUnauthorized: false });
      assert.equal(response.statusCode, 200);
      assert.equal(body, 'https');
    };
    await seen();
  });
});
