// Code that routes share: private sources below routes/ and in src/, in development, in a binary and in tests in C++.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import WebSocket from 'ws';

import { develop, eventually, runFolio, serve, temporaryFolder, withDeadline } from './helpers.mjs';

const counter = (word) => `#include "counter.hpp"
#include "store.hpp"

int total = 0;

std::string count() {
  static int calls = 0;
  ++total;
  return "${word} " + std::to_string(++calls) + " of " + std::to_string(total) + ", " + stored();
}

void refuse(int code) { throw Refused{code}; }
`;
const header = (mark) => `#pragma once\n#include <string>\n#define MARK "${mark}"\nstd::string stored();\n`;
const store = (text) => `#include "store.hpp"\nstd::string stored() { return "${text}" MARK; }\n`;
const route = `#include <folio/folio.hpp>
#include "_lib/counter.hpp"
#include "store.hpp"
using namespace folio;
std::string GET() { return count() + "; " + stored() + " " + std::to_string(total); }
`;

function makeApp(t) {
  const root = path.join(temporaryFolder(t), 'app');
  const at = (file) => path.join(root, file);
  const app = {
    root,
    write(file, text) {
      fs.mkdirSync(path.dirname(at(file)), { recursive: true });
      fs.writeFileSync(at(file), text);
    },
    // A temporary file first, then a rename: what most editors do.
    save(file, text) {
      fs.writeFileSync(`${at(file)}~`, text);
      fs.renameSync(`${at(file)}~`, at(file));
    },
    move: (from, to) => fs.renameSync(at(from), at(to)),
    remove: (file) => fs.rmSync(at(file), { recursive: true }),
  };
  app.write('routes/_lib/counter.hpp', `#pragma once
#include <string>
struct Refused { int code; };
std::string count();
void refuse(int code);
extern int total;
`);
  app.write('routes/_lib/counter.cpp', counter('one'));
  app.write('src/store.hpp', header(''));
  app.write('src/store.cpp', store('milk'));
  app.write('routes/first.cpp', route);
  app.write('routes/second.cpp', route);
  app.write('routes/refused.cpp', `#include <folio/folio.hpp>
#include "_lib/counter.hpp"
std::string GET() {
  try {
    refuse(7);
  } catch (const Refused& refused) {
    return "refused " + std::to_string(refused.code);
  }
  return "not refused";
}
`);
  app.write('routes/ws.cpp', `#include <folio/folio.hpp>
#include "_lib/counter.hpp"
using namespace folio;
Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) co_await ws.send(count());
}
`);
  return app;
}

const answer = async (url) => {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  return { status: response.status, body: await response.text() };
};
const answers = (url, status, body) => eventually(`${url} answers ${status} ${body}`, async () => {
  const got = await answer(url);
  if (got.status === status && body.test(got.body)) return got.body;
  throw new Error(JSON.stringify(got));
});

test('in development', async (t) => {
  const app = makeApp(t);
  const server = await develop(t, app.root);
  const first = `${server.url}/first`;
  const second = `${server.url}/second`;
  let socket;
  const hears = async () => {
    const message = withDeadline(new Promise((resolve) => socket.once('message', resolve)), 'a message');
    socket.send('x');
    return (await message).toString();
  };
  const live = (files) => eventually(`live: ${files}`, () =>
    server.events().some((event) => event.event === 'live' && event.files.toSorted().join() === files.join()));

  await t.test('routes share one state', async () => {
    await answers(first, 200, /^one 1 of 1, milk; milk 1$/);
    assert.equal((await answer(second)).body, 'one 2 of 2, milk; milk 2');
    assert.equal((await answer(first)).body, 'one 3 of 3, milk; milk 3');
    assert.equal((await answer(`${server.url}/refused`)).body, 'refused 7');
    socket = new WebSocket(`${server.ws}/ws`);
    await withDeadline(new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject)), 'connection');
    assert.equal(await hears(), 'one 4 of 4, milk');
  });

  await t.test('an edit is live, begins anew, and leaves open sockets their own', async () => {
    app.save('routes/_lib/counter.cpp', counter('two'));
    await answers(first, 200, /^two 1 of 1, milk; milk 1$/);
    assert.equal((await answer(second)).body, 'two 2 of 2, milk; milk 2');
    await live(['routes/_lib/counter.cpp']);
    // The old version may have been asked once more before the save was seen; the socket goes on with its state.
    assert.match(await hears(), /^one [5-9]\d* of \d+, milk$/);
  });

  await t.test('so is one in src/, and one of a header there', async () => {
    app.save('src/store.cpp', store('bread'));
    await answers(second, 200, /^two \d+ of \d+, bread; bread \d+$/);
    app.save('src/store.hpp', header('!'));
    await answers(first, 200, /^two \d+ of \d+, bread!; bread! \d+$/);
    await live(['routes/_lib/counter.cpp', 'routes/first.cpp', 'routes/second.cpp', 'src/store.cpp']);
    app.save('src/store.hpp', header(''));
    await answers(first, 200, /^two \d+ of \d+, bread; bread \d+$/);
  });

  await t.test('an error names file, line and column, and goes when it is mended', async () => {
    app.save('src/store.cpp', '#include "store.hpp"\nstd::string stored() { return missing; }\n');
    const problem = JSON.parse(await answers(first, 500, /missing/));
    assert.match(problem.detail, /^src\/store\.cpp:2:31: .*missing/);
    const page = await (await fetch(first, { headers: { accept: 'text/html' } })).text();
    assert.match(page, /src\/store\.cpp/);
    assert.match(page, /return missing/);
    assert.match(server.events().filter((event) => event.event === 'failed').at(-1).errors[0], /^src\/store\.cpp:2:31: /);
    assert.match(await hears(), /^one \d+ of \d+, milk$/);
    app.save('src/store.cpp', store('butter'));
    await answers(first, 200, /, butter; butter \d+$/);
  });

  await t.test('two that define the same are an error that names both', async () => {
    app.write('routes/_again.cpp', '#include <string>\nstd::string stored() { return "again"; }\n');
    const problem = JSON.parse(await answers(first, 500, /duplicate symbol/));
    const files = [problem.errors[0].file, ...problem.errors[0].others.map((other) => other.file)];
    assert.deepEqual(files.sort(), ['routes/_again.cpp', 'src/store.cpp']);
    app.remove('routes/_again.cpp');
    await answers(first, 200, /butter/);
  });

  await t.test('files come, move and go, of whatever names', async () => {
    app.write('src/deep/_lib counter.cpp', '#include "deep/text.hpp"\nstd::string text() { return "deep"; }\n');
    app.write('src/deep/text.hpp', '#pragma once\n#include <string>\nstd::string text();\n');
    app.write('routes/third.cpp', '#include <folio/folio.hpp>\n#include "deep/text.hpp"\nstd::string GET() { return text(); }\n');
    await answers(`${server.url}/third`, 200, /^deep$/);
    app.move('src/deep/_lib counter.cpp', 'routes/_text.cpp');
    await answers(`${server.url}/third`, 200, /^deep$/);
    app.save('routes/_text.cpp', '#include "deep/text.hpp"\nstd::string text() { return "moved"; }\n');
    await answers(`${server.url}/third`, 200, /^moved$/);
    app.remove('routes/_text.cpp');
    app.remove('routes/third.cpp');
    await answers(`${server.url}/third`, 404, /./);
    await answers(first, 200, /butter/);
  });

  assert.match(await hears(), /^one \d+ of \d+, milk$/);
  const closed = new Promise((resolve) => socket.on('close', resolve));
  await server.stop();
  assert.equal(await withDeadline(closed, 'close'), 1001);
});

test('src/ that comes while the app is served', async (t) => {
  const app = makeApp(t);
  for (const file of ['src', 'routes/_lib', 'routes/first.cpp', 'routes/second.cpp', 'routes/refused.cpp', 'routes/ws.cpp']) {
    app.remove(file);
  }
  app.write('routes/index.cpp', '#include <folio/folio.hpp>\nstd::string GET() { return "alone"; }\n');
  const server = await develop(t, app.root);
  await answers(server.url, 200, /^alone$/);
  app.write('src/store.hpp', header(''));
  app.write('src/store.cpp', store('milk'));
  app.save('routes/index.cpp', '#include <folio/folio.hpp>\n#include "store.hpp"\nstd::string GET() { return stored(); }\n');
  await answers(server.url, 200, /^milk$/);
  app.save('src/store.cpp', store('bread'));
  await answers(server.url, 200, /^bread$/);
  app.save('routes/index.cpp', '#include <folio/folio.hpp>\nstd::string GET() { return "alone"; }\n');
  app.remove('src');
  await answers(server.url, 200, /^alone$/);
});

test('in tests in C++, and in scripts', (t) => {
  const app = makeApp(t);
  app.write('tests/count_test.cpp', `#include <folio/test_client.hpp>
#include <gtest/gtest.h>
#include "routes/_lib/counter.hpp"
#include "store.hpp"

TEST(Count, IsOneForAll) {
  folio::TestClient client;
  EXPECT_EQ(client.get("/first").body, "one 1 of 1, milk; milk 1");
  EXPECT_EQ(client.get("/second").body, "one 2 of 2, milk; milk 2");
  EXPECT_EQ(count(), "one 3 of 3, milk");
  EXPECT_EQ(total, 3);
  EXPECT_EQ(stored(), "milk");
}
`);
  app.write('tests/count_test.sh', `set -eu
[ "$(curl -fsS "$FOLIO_URL/first")" = "one 1 of 1, milk; milk 1" ]
[ "$(curl -fsS "$FOLIO_URL/second")" = "one 2 of 2, milk; milk 2" ]
`);
  const run = runFolio('test', app.root);
  assert.equal(run.status, 0, run.stdout + run.stderr);
  assert.match(run.stdout, /1 passed, 0 failed/);
});

test('in a binary', async (t) => {
  const app = makeApp(t);
  const binary = path.join(app.root, '../server');

  await t.test('an error names file and line', () => {
    app.write('src/broken.cpp', 'int broken() {\n  return missing;\n}\n');
    const run = runFolio('build', app.root, '-o', binary);
    assert.equal(run.status, 1);
    assert.match(run.stderr, /missing.*\n +--> src\/broken\.cpp:2:10\n/);
    assert.equal(fs.existsSync(binary), false);
    app.remove('src/broken.cpp');
  });

  await t.test('two that define the same are named', () => {
    app.write('routes/_again.cpp', '#include <string>\nstd::string stored() { return "again"; }\n');
    const run = runFolio('build', app.root, '-o', binary);
    assert.equal(run.status, 1);
    assert.match(run.stderr, /duplicate symbol: stored/);
    assert.match(run.stderr, /--> routes\/_again\.cpp\n/);
    assert.match(run.stderr, /--> src\/store\.cpp\n/);
    app.remove('routes/_again.cpp');
  });

  await t.test('they are linked with the routes', async (t) => {
    const run = runFolio('build', app.root, '-o', binary);
    assert.equal(run.status, 0, run.stdout + run.stderr);
    const { url } = await serve(t, binary);
    assert.equal((await answer(`${url}/first`)).body, 'one 1 of 1, milk; milk 1');
    assert.equal((await answer(`${url}/second`)).body, 'one 2 of 2, milk; milk 2');
    assert.equal((await answer(`${url}/refused`)).body, 'refused 7');
  });
});
