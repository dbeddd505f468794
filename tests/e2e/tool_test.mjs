// The `folio` tool around the dev server: new apps, their tests, builds and routes; and what `folio dev` does when
// something other than a route changes.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import WebSocket from 'ws';

import { openBrowser } from './browser.mjs';
import { develop, eventually, runFolio, temporaryFolder, withDeadline } from './helpers.mjs';

const head = '#include <folio/folio.hpp>\nusing namespace folio;\n';
const says = (text) => `${head}std::string GET() { return "${text}"; }\n`;

function makeApp(t, files) {
  const root = temporaryFolder(t);
  const write = (file, text) => {
    const at = path.join(root, file);
    fs.mkdirSync(path.dirname(at), { recursive: true });
    fs.writeFileSync(at, text);
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  return { root, write, at: (file) => path.join(root, file) };
}

const ask = async (url, headers = {}) => {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(60_000) });
  return { status: response.status, body: await response.text() };
};
const answers = (url, status, body) => eventually(`${url} answers ${status} ${body ?? ''}`, async () => {
  const got = await ask(url);
  if (got.status === status && (body === undefined || got.body === body)) return got;
  throw new Error(JSON.stringify(got));
});

async function open(url) {
  const socket = new WebSocket(url);
  await withDeadline(new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject)), 'connection');
  socket.closed = new Promise((resolve) => socket.on('close', resolve));
  return socket;
}

test('an app that was just made works, and has a test that passes', async (t) => {
  const folder = temporaryFolder(t);
  const app = path.join(folder, 'shop');
  const made = runFolio('new', app);
  assert.equal(made.status, 0, made.stderr);
  assert.match(made.stdout, /folio dev/);

  const again = runFolio('new', app);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /^error: .*shop is there already/);

  const routes = runFolio('routes', app);
  assert.equal(routes.status, 0, routes.stderr);
  assert.match(routes.stdout, /GET +\/hello\/:name +routes\/hello\/\[name\]\.cpp/);
  assert.match(runFolio('routes', app, '--why', '/hello/x').stdout, /routes\/hello\/\[name\]\.cpp/);

  const tested = runFolio('test', app);
  assert.equal(tested.status, 0, tested.stdout + tested.stderr);
  assert.match(tested.stdout, /^pass hello_test\.sh \(\d+ ms\)\n1 passed, 0 failed\n$/);

  fs.writeFileSync(path.join(app, 'tests/wrong_test.sh'), 'echo "said at the end"; exit 3\n');
  fs.writeFileSync(path.join(app, 'routes/crash.cpp'), `#include <cstdlib>\n${head}std::string GET() { std::abort(); }\n`);
  const failed = runFolio('test', app);
  assert.equal(failed.status, 1);
  assert.match(failed.stdout, /FAIL wrong_test\.sh[^\n]*\nsaid at the end\n1 passed, 1 failed\n/);

  fs.writeFileSync(path.join(app, 'tests/a_test.py'), 'import os, urllib.request\nurllib.request.urlopen(os.environ["FOLIO_URL"] + "/crash")\n');
  const crashed = runFolio('test', app);
  assert.equal(crashed.status, 1);
  assert.match(crashed.stdout, /FAIL a_test\.py\n.*SIGABRT|sanitizer/s);

  fs.writeFileSync(path.join(app, 'routes/hello/[name].cpp'), `${head}std::string GET() { return 1; }\n`);
  const broken = runFolio('test', app);
  assert.equal(broken.status, 1);
  assert.match(broken.stderr, /routes\/hello\/\[name\]\.cpp:3:/);
});

test('tests in C++ run with the routes, before the scripts', async (t) => {
  const app = path.join(temporaryFolder(t), 'shop');
  assert.equal(runFolio('new', app).status, 0);
  const file = path.join(app, 'tests/hello_test.cpp');
  const source = (status) => `#include <folio/test_client.hpp>\n#include <gtest/gtest.h>\n
TEST(Hello, Greets) {
  folio::TestClient client;
  EXPECT_EQ(client.get("/hello/ada").status, ${status});
}\n`;
  fs.writeFileSync(file, source(200));
  const passed = runFolio('test', app);
  assert.equal(passed.status, 0, passed.stdout + passed.stderr);
  assert.match(passed.stdout, /PASSED  \] 1 test\.[^]*pass hello_test\.sh/);

  fs.writeFileSync(file, source(201));
  const failed = runFolio('test', app);
  assert.equal(failed.status, 1);
  assert.match(failed.stdout, /hello_test\.cpp:6: Failure[^]*pass hello_test\.sh/);

  fs.writeFileSync(file, `${source(200)}nonsense\n`);
  const broken = runFolio('test', app);
  assert.equal(broken.status, 1);
  assert.match(broken.stderr, /tests\/hello_test\.cpp:8:/);
});

test('what is wrong is said, and how to mend it', async (t) => {
  const app = makeApp(t, { 'routes/index.cpp': says('x') });
  assert.match(runFolio('--version').stdout, /^folio \d+\.\d+\.\d+\n$/);
  assert.equal(runFolio('--help').status, 0);
  for (const [args, code, pattern] of [
    [[], 2, /Usage/],
    [['test', app.root], 1, /^error: there is no test in .*FOLIO_URL/],
    [['routes', path.join(app.root, 'nowhere')], 2, /^error: there is no folder .*folio new/],
    [['routes', path.join(app.root, 'routes/index.cpp')], 2, /^error: .*is no folder/],
    [['build', app.root, '-o', app.root], 2, /^error: .* is a folder: name a file with -o/],
    [['dev', app.root, '--threads', 'many'], 2, /^error: .*--threads/],
  ]) {
    const run = runFolio(...args);
    assert.equal(run.status, code, `${args}: ${run.stdout}${run.stderr}`);
    assert.match(run.stderr, pattern);
  }
  const bad = makeApp(t, { 'routes/a/[id].cpp': says('x'), 'routes/a/[name].cpp': says('y') });
  const build = runFolio('build', bad.root);
  assert.equal(build.status, 1);
  assert.match(build.stderr, /error\[R001\]/);
});

test('a port that is taken', async (t) => {
  const app = makeApp(t, { 'routes/index.cpp': says('x') });
  const other = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.on('listening', resolve));
  t.after(() => other.close());
  const { port } = other.address();
  const strict = runFolio('dev', app.root, '--host', '127.0.0.1', '--port', String(port), '--strict-port');
  assert.equal(strict.status, 1);
  assert.match(strict.stderr, new RegExp(`^error: .*127\\.0\\.0\\.1:${port}`));
  const server = await develop(t, app.root, '--port', String(port));
  assert.ok(server.port > port && server.port < port + 20);
  assert.ok(server.events().some((event) => event.event === 'port-taken' && event.port === port));
});

test('settings of .env, and headers from outside the routes folder', async (t) => {
  const app = makeApp(t, {
    'lib/word.hpp': '#pragma once\n#define WORD "first"\n',
    'routes/word.cpp': `#include <folio/folio.hpp>\n#include "lib/word.hpp"\nusing namespace folio;\nstd::string GET() { return WORD; }\n`,
    'routes/env.cpp': `#include <folio/folio.hpp>\n#include <cstdlib>\nusing namespace folio;
std::string GET() { const char* value = std::getenv("FOLIO_E2E_VALUE"); return value == nullptr ? "none" : value; }\n`,
    'routes/ws.cpp': `${head}Task<> WS(WebSocket ws) { while (co_await ws.next()) {} }\n`,
  });
  const server = await develop(t, app.root);
  await answers(`${server.url}/word`, 200, 'first');
  await eventually('the headers to be known', async () => {
    app.write('lib/word.hpp', `#pragma once\n#define WORD "second"\n// ${Date.now()}\n`);
    return (await ask(`${server.url}/word`)).body === 'second';
  });

  await answers(`${server.url}/env`, 200, 'none');
  const socket = await open(`${server.ws}/ws`);
  app.write('.env', 'FOLIO_E2E_VALUE="of the file"\n');
  await answers(`${server.url}/env`, 200, 'of the file');
  assert.equal(await withDeadline(socket.closed, 'close'), 1012);
});

test('an app that crashes as soon as it is loaded stays down until it is mended', async (t) => {
  const app = makeApp(t, { 'routes/index.cpp': says('x') });
  const server = await develop(t, app.root);
  await answers(`${server.url}/`, 200, 'x');
  app.write('routes/index.cpp', `#include <cstdlib>\n${head}static const int ended = (std::abort(), 1);\nstd::string GET() { return std::to_string(ended); }\n`);
  const { body } = await answers(`${server.url}/`, 500);
  assert.equal(JSON.parse(body).title, 'The app crashed');
  app.write('routes/index.cpp', says('y'));
  await answers(`${server.url}/`, 200, 'y');
});

test('a handler that blocks its thread does not keep the next version away', async (t) => {
  const app = makeApp(t, {
    'routes/index.cpp': says('one'),
    'routes/block.cpp': `${head}std::string GET() {\n  volatile bool on = true;\n  while (on) {}\n  return "never";\n}\n`,
  });
  const server = await develop(t, app.root, '--threads', '1');
  await answers(`${server.url}/`, 200, 'one');
  await assert.rejects(fetch(`${server.url}/block`, { signal: AbortSignal.timeout(300) }));
  app.write('routes/index.cpp', says('two'));
  await answers(`${server.url}/`, 200, 'two');
});

test('a public folder that comes later', async (t) => {
  const app = makeApp(t, { 'routes/index.cpp': says('x') });
  const server = await develop(t, app.root);
  await answers(`${server.url}/`, 200, 'x');
  app.write('public/late.txt', 'here');
  await answers(`${server.url}/late.txt`, 200, 'here');
  app.write('routes/late.txt.cpp', says('hidden?'));
  await eventually('R010', async () => /R010/.test((await ask(`${server.url}/`)).body));
  fs.rmSync(app.at('public/late.txt'));
  await answers(`${server.url}/late.txt`, 200, 'hidden?');
});

test('a browser: style without a reload, and the page of a crash', async (t) => {
  const app = makeApp(t, {
    'routes/index.cpp': `${head}Html GET() {
  return Html("<!doctype html><title>T</title><link rel=stylesheet href=/style.css><body><h1>one</h1></body>");
}
`,
    'routes/crash.cpp': `${head}std::string GET(Request& req) { return std::to_string(*static_cast<volatile int*>(req.get<int>())); }\n`,
    'public/style.css': 'h1 { color: rgb(1, 2, 3); }\n',
  });
  const server = await develop(t, app.root);
  const browser = await openBrowser(t);
  const page = await browser.page();
  await page.goto(server.url);
  const heading = page.getByRole('heading', { name: 'one' });
  const colour = () => heading.evaluate((element) => getComputedStyle(element).color);
  assert.equal(await colour(), 'rgb(1, 2, 3)');
  await page.evaluate(() => { window.stays = true; });
  // What is changed before the page listens would be lost on it.
  await eventually('the new colour', async () => {
    app.write('public/style.css', `h1 { color: rgb(4, 5, 6); }\n/* ${Date.now()} */\n`);
    return await colour() === 'rgb(4, 5, 6)';
  });
  assert.equal(await page.evaluate(() => window.stays), true);
  await eventually('one style sheet', async () => await page.locator('link').count() === 1);

  // The request that crashes gets no answer; the pages that are open are shown why.
  await assert.rejects(fetch(`${server.url}/crash`));
  const overlay = page.frameLocator('#folio-overlay iframe');
  await overlay.getByRole('heading', { name: 'The app crashed', exact: true }).waitFor();
  await overlay.getByText('routes/crash.cpp').first().waitFor();
  await page.keyboard.press('Escape');
  await page.locator('#folio-overlay').waitFor({ state: 'detached' });

  const visitor = await browser.page();
  await visitor.goto(server.url);
  await visitor.getByRole('heading', { name: 'The app crashed', exact: true }).waitFor();
  await visitor.reload();
  await visitor.getByRole('heading', { name: 'one' }).waitFor();
});

test('when the tool is killed, what it started ends too', async (t) => {
  const app = makeApp(t, { 'routes/index.cpp': says('x') });
  const server = await develop(t, app.root);
  await answers(`${server.url}/`, 200, 'x');
  await server.stop('SIGKILL');
  await eventually('the port to be free', () => fetch(server.url).then(() => false, () => true));
});
