// How a server ends, how it begins, and what it does to clients that dawdle.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, it } from 'node:test';
import WebSocket from 'ws';

import { eventually, example, exchange, serve, temporaryFolder, Wire, withDeadline } from './helpers.mjs';

const binary = example();
const get = (path) => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`;

// Each has a server of its own, so none waits for another.
describe('servers', { concurrency: true }, () => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    it(`${signal}: what is under way finishes, sockets get 1001, and nobody else comes in`, async (t) => {
      const server = await serve(t, binary);
      const idle = await Wire.open(server.port);
      await idle.write(get('/docs/a')).response();
      const socket = new WebSocket(`${server.ws}/ws/echo`);
      const closed = new Promise((resolve) => socket.on('close', (code) => resolve(code)));
      await withDeadline(new Promise((resolve) => socket.on('open', resolve)), 'connection');
      const busy = await Wire.open(server.port);
      busy.write(get('/sleep/3000'));
      // It is under way once a later request on another connection of the same kind has been answered.
      await exchange(server.port, get('/sleep/300'));

      const ended = server.stop(signal);
      assert.equal(await withDeadline(closed, 'close of the socket'), 1001);
      await idle.closed();
      idle.close();
      const { status, body, headers } = await busy.response();
      assert.equal(status, 200);
      assert.equal(body, 'slept for 3000 ms\n');
      assert.equal(headers.connection, 'close');
      await busy.closed();
      busy.close();
      assert.deepEqual(await ended, { code: 0, signal: null });
      await assert.rejects(Wire.open(server.port), /ECONNREFUSED/);
    });
  }

  // Whichever loop the request that holds it up is on: hence several servers.
  for (let i = 0; i < 4; ++i) {
    it(`a second signal ends it at once (${i})`, async (t) => {
      const server = await serve(t, binary, { exitCode: 1 });
      const busy = await Wire.open(server.port);
      busy.write(get('/sleep/9000'));
      await exchange(server.port, get('/sleep/100'));
      server.process.kill('SIGTERM');
      await eventually('no new connections', () => Wire.open(server.port).then((wire) => wire.close(), (error) => error.code === 'ECONNREFUSED'));
      const begun = performance.now();
      await server.stop('SIGTERM');
      const took = performance.now() - begun;
      busy.close();
      assert.ok(took < 5000, `${took} ms`);
    });
  }

  it('408 for a head that does not arrive', async (t) => {
    const server = await serve(t, binary);
    const wire = await Wire.open(server.port);
    wire.write('GET / HTTP/1.1\r\nHost: te');
    assert.equal((await wire.response()).status, 408);
    await wire.closed();
    wire.close();
  });

  it('settings: flags above the environment', async (t) => {
    const server = await serve(t, binary, { environment: { PORT: '1', HOST: '203.0.113.7', LOG_LEVEL: 'info' } });
    assert.equal((await fetch(`${server.url}/docs/a`)).status, 200);
    await server.seen(/GET \/docs\/a 200/);
  });

  it('settings: the environment above the defaults', async (t) => {
    const free = await new Promise((resolve) => {
      const probe = net.createServer().listen(0, '127.0.0.1', () => {
        const { port } = probe.address();
        probe.close(() => resolve(port));
      });
    });
    const run = spawnSync(binary, ['--print-config'], {
      env: { ...process.env, PORT: String(free), HOST: '127.0.0.1', THREADS: '3', LOG_LEVEL: 'warn' }, encoding: 'utf8', timeout: 60_000,
    });
    assert.equal(run.status, 0, run.stderr);
    for (const value of [String(free), '127.0.0.1', '3', 'warn']) assert.ok(run.stdout.includes(value), run.stdout);
  });

  it('settings: folio.toml below the environment, and a fault in it with its line', (t) => {
    const folder = temporaryFolder(t);
    const print = (text, args = [], env = {}) => {
      fs.writeFileSync(path.join(folder, 'folio.toml'), text);
      return spawnSync(binary, ['--print-config', ...args], { cwd: folder, env: { ...process.env, ...env }, encoding: 'utf8', timeout: 60_000 });
    };
    const good = print('port = 4999\nlog_level = "warn"\n[http]\nmax_body = "2 MiB"\n', [], { LOG_LEVEL: 'error' });
    assert.equal(good.status, 0, good.stderr);
    assert.match(good.stdout, /^port = 4999$/m);
    assert.match(good.stdout, /^log_level = "error"$/m);
    assert.match(good.stdout, /^max_body = 2097152$/m);
    const again = print(good.stdout);
    assert.equal(again.stdout, good.stdout, 'what is printed can be read');
    const bad = print('port = 4999\n[http]\nmax_bdy = 1\n');
    assert.equal(bad.status, 2);
    assert.equal(bad.stderr, "error: folio.toml:3: there is no setting 'http.max_bdy'; did you mean 'http.max_body'?\n");
    assert.equal(print('', ['--config', 'other.toml']).status, 2);
  });

  it('settings: nonsense is refused with exit code 2 and a sentence', () => {
    for (const [args, message] of [
      [['--port', '70000'], /port/],
      [['--port', 'http'], /port/],
      [['--threads', '-1'], /threads/],
      [['--log-level', 'loud'], /log-level|log level/],
      [['--no-such-flag'], /no-such-flag/],
      [['--host', 'not a host', '--port', '0'], /host/],
    ]) {
      const run = spawnSync(binary, args, { encoding: 'utf8', timeout: 60_000 });
      assert.ok(run.status === 2 || (args[0] === '--host' && run.status === 1), `${args}: ${run.status}`);
      assert.match(run.stderr, /^error: /m, args.join(' '));
      assert.match(run.stderr, message);
    }
  });

  it('a port that is taken is an error that says so', async (t) => {
    const taken = net.createServer();
    await new Promise((resolve) => taken.listen(0, '127.0.0.1', resolve));
    t.after(() => taken.close());
    const { port } = taken.address();
    const run = spawnSync(binary, ['--host', '127.0.0.1', '--port', String(port)], { encoding: 'utf8', timeout: 60_000 });
    assert.equal(run.status, 1);
    assert.match(run.stderr, new RegExp(`^error: .*${port}`, 'm'));
  });
});
