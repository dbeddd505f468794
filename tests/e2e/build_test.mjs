// `folio build`: the starter as one optimised binary, which needs nothing of the sources any more.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { exchange, root, runFolio, serve, temporaryFolder } from './helpers.mjs';

test('folio build', async (t) => {
  const folder = temporaryFolder(t);
  const binary = path.join(folder, 'server');

  await t.test('makes a binary of an app with routes and static files', () => {
    const app = path.join(folder, 'app');
    fs.cpSync(path.join(root, 'routes'), path.join(app, 'routes'), { recursive: true });
    fs.mkdirSync(path.join(app, 'public'));
    fs.writeFileSync(path.join(app, 'public', 'style.css'), 'body { color: green }\n');
    const run = runFolio('build', app, '-o', binary);
    assert.equal(run.status, 0, run.stdout + run.stderr);
    const { size } = fs.statSync(binary);
    assert.ok(size < 2_500_000, `${size} bytes`);
    const libraries = execFileSync('ldd', [binary], { encoding: 'utf8' });
    assert.match(libraries, /libssl\.so/);
    assert.doesNotMatch(libraries, /libstdc\+\+|libgcc_s|libspdlog|libfmt/, 'it carries the C++ runtime and what logs');
    fs.cpSync(path.join(app, 'public'), path.join(folder, 'public'), { recursive: true });
    fs.rmSync(app, { recursive: true });
  });

  await t.test('that serves them', async (t) => {
    const { url, port, output } = await serve(t, binary);
    const page = await fetch(url);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<title>Folio<\/title>/);
    assert.deepEqual(await (await fetch(`${url}/hello/Ada%20%22L%22`)).json(), { message: 'Hello, Ada "L"!' });
    const health = await (await fetch(`${url}/health`)).json();
    assert.equal(health.status, 'ok');
    assert.ok(health.uptime_seconds >= 0);
    const style = await fetch(`${url}/style.css`);
    assert.match(style.headers.get('content-type'), /^text\/css/);
    assert.equal(await style.text(), 'body { color: green }\n');
    for (const climb of ['/../server', '/%2e%2e/server', '/..%2fserver', '/style.css/../../server']) {
      const { status, body } = await exchange(port, `GET ${climb} HTTP/1.1\r\nHost: test\r\n\r\n`);
      assert.ok(status === 404 || status === 400, `${climb}: ${status} ${body.slice(0, 100)}`);
    }
    assert.match(output, /listening on/);
  });

  await t.test('and explains itself', () => {
    assert.match(execFileSync(binary, ['--help'], { encoding: 'utf8' }), /--port/);
    assert.match(execFileSync(binary, ['--print-config'], { encoding: 'utf8' }), /^port = 5000$/m);
  });

  await t.test('errors of the app are shown with file and line, and nothing is written', () => {
    const app = path.join(folder, 'broken');
    fs.mkdirSync(path.join(app, 'routes'), { recursive: true });
    fs.writeFileSync(path.join(app, 'routes', 'index.cpp'), '#include <folio/folio.hpp>\nfolio::Text GET() { return missing; }\n');
    const output = path.join(folder, 'never');
    const run = runFolio('build', app, '-o', output);
    assert.equal(run.status, 1);
    assert.match(run.stderr, /routes\/index\.cpp:2:\d+/);
    assert.match(run.stderr, /'missing'/);
    assert.equal(fs.existsSync(output), false);
  });
});

test('folio routes lists the examples, and says why', () => {
  const list = runFolio('routes', 'example');
  assert.equal(list.status, 0, list.stderr);
  for (const text of ['/users/:id', 'users/[id=uint].cpp', '/docs/*path', '/ws/chat', '(admin)/_middleware.cpp']) {
    assert.ok(list.stdout.includes(text), `${text} in\n${list.stdout}`);
  }
  const json = JSON.parse(runFolio('routes', 'example', '--json').stdout);
  assert.ok(JSON.stringify(json).includes('/ws/chat'));
  const why = runFolio('routes', 'example', '--why', '/users/7');
  assert.equal(why.status, 0, why.stderr);
  assert.match(why.stdout, /users\/\[id=uint\]\.cpp/);
});

test('folio new makes an app that builds', async (t) => {
  const app = path.join(temporaryFolder(t), 'fresh');
  const made = runFolio('new', app);
  assert.equal(made.status, 0, made.stderr);
  const routes = runFolio('routes', app);
  assert.equal(routes.status, 0, routes.stderr);
  const tested = runFolio('test', app);
  assert.equal(tested.status, 0, tested.stdout + tested.stderr);
});
