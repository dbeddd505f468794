// `folio dev` on an app of its own: files come, change, break, are mended, move and go, and the server keeps up.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import WebSocket from 'ws';

import { develop, eventually, runFolio, temporaryFolder, withDeadline } from './helpers.mjs';

const head = '#include <folio/folio.hpp>\nusing namespace folio;\n';
const says = (text) => `${head}std::string GET() { return "${text}"; }\n`;

// An app in a temporary folder, and ways to change it as editors do.
function makeApp(t, files) {
  const root = temporaryFolder(t);
  const at = (file) => path.join(root, 'routes', file);
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
    remove: (file) => fs.rmSync(at(file)),
  };
  for (const [file, text] of Object.entries(files)) app.write(file, text);
  return app;
}

const answer = async (url) => {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  return { status: response.status, body: await response.text() };
};
const answers = (url, status, body) => eventually(`${url} answers ${status} ${body ?? ''}`, async () => {
  const got = await answer(url);
  if (got.status === status && (body === undefined || got.body === body)) return got;
  throw new Error(JSON.stringify(got));
});

async function connect(address) {
  const socket = new WebSocket(address);
  socket.messages = [];
  socket.on('message', (data) => socket.messages.push(data.toString()));
  socket.on('close', (code) => { socket.closeCode = code; });
  await withDeadline(new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject)), 'connection');
  return socket;
}
const says_next = async (socket) => {
  await eventually('a message', () => socket.messages.length > 0 || socket.closeCode !== undefined);
  return socket.messages.shift() ?? `closed ${socket.closeCode}`;
};

test('a route is dropped in, edited, broken, mended, renamed and deleted', async (t) => {
  const app = makeApp(t, {
    'index.cpp': says('start'),
    'ws/live.cpp': `${head}Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) co_await ws.send("one: " + *message->text());
}
`,
  });
  const server = await develop(t, app.root);
  await answers(`${server.url}/`, 200, 'start');
  const socket = await connect(`${server.ws}/ws/live`);
  const hears = async (text) => {
    socket.send(text);
    assert.equal(await says_next(socket), `one: ${text}`);
  };
  await hears('at the start');

  await t.test('drop', async () => {
    assert.equal((await answer(`${server.url}/hello`)).status, 404);
    app.write('hello.cpp', says('hello'));
    await answers(`${server.url}/hello`, 200, 'hello');
    await hears('after a drop');
  });

  await t.test('edit: only what changed is built', async () => {
    app.save('hello.cpp', says('good day'));
    await answers(`${server.url}/hello`, 200, 'good day');
    const live = await eventually('the event', () => server.events().filter((event) => event.event === 'live').at(-1));
    assert.deepEqual(live.files, ['routes/hello.cpp']);
    await hears('after an edit of another route');
  });

  await t.test('break: the error names file and line, as JSON', async () => {
    app.save('hello.cpp', `${head}\nstd::string GET() { return std::vector<int>{1}; }\n`);
    const { body } = await answers(`${server.url}/hello`, 500);
    const problem = JSON.parse(body);
    assert.equal(problem.status, 500);
    assert.match(body, /routes\/hello\.cpp/);
    assert.match(body, /vector<int>/);
    const failed = server.events().filter((event) => event.event === 'failed').at(-1);
    assert.match(failed.errors[0], /^routes\/hello\.cpp:4:\d+: .*vector<int>/);
    // Every path answers so: what was asked for may be what is broken. Sockets that are open go on.
    assert.equal((await answer(`${server.url}/`)).status, 500);
    await hears('while it is broken');
  });

  await t.test('mend', async () => {
    app.save('hello.cpp', says('mended'));
    await answers(`${server.url}/hello`, 200, 'mended');
    await answers(`${server.url}/`, 200, 'start');
    await hears('when it is mended');
  });

  await t.test('rename', async () => {
    app.move('hello.cpp', 'greeting.cpp');
    await answers(`${server.url}/greeting`, 200, 'mended');
    await answers(`${server.url}/hello`, 404);
    await hears('after a rename');
  });

  await t.test('delete', async () => {
    app.remove('greeting.cpp');
    await answers(`${server.url}/greeting`, 404);
    await hears('after a deletion');
  });

  await t.test('edit of a socket\'s own route: it runs on, a new one runs the new code', async () => {
    app.save('ws/live.cpp', `${head}Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) co_await ws.send("two: " + *message->text());
}
`);
    const fresh = await eventually('the new code', async () => {
      const other = await connect(`${server.ws}/ws/live`);
      other.send('x');
      if (await says_next(other) === 'two: x') return other;
      other.terminate();
      return false;
    });
    await hears('still the old code');
    fresh.terminate();
  });

  const closed = new Promise((resolve) => socket.on('close', resolve));
  const how = await server.stop();
  assert.equal(how.code, 0);
  assert.equal(await withDeadline(closed, 'close'), 1001);
});

test('what the process owns outlives an edit', async (t) => {
  const counter = (mark) => `${head}#include <atomic>
struct Hits { std::atomic<int> value = 0; };
std::string GET(State<Hits> hits) { return "${mark} " + std::to_string(++hits->value); }
`.replace(/(using namespace folio;\n)(#include <atomic>\n)/, '$2$1');
  const room = (mark) => `${head}Task<> WS(WebSocket ws) {
  auto room = rooms().get("lobby");
  room.join("${mark}" + std::to_string(room.count()), ws.sender());
  while (auto message = co_await ws.next()) room.broadcast("${mark}: " + *message->text());
}
`;
  const app = makeApp(t, { 'hits.cpp': counter('a'), 'room.cpp': room('a') });
  const server = await develop(t, app.root);
  await answers(`${server.url}/hits`, 200, 'a 1');
  const old = await connect(`${server.ws}/room`);
  old.send('1');
  assert.equal(await says_next(old), 'a: 1');

  app.save('hits.cpp', counter('b'));
  app.save('room.cpp', room('b'));
  const { body } = await eventually('the new code', async () => {
    const got = await answer(`${server.url}/hits`);
    return got.body.startsWith('b ') && got;
  });
  assert.ok(Number(body.slice(2)) >= 2, body);

  // Both generations of the route are in one room.
  const fresh = await eventually('the new room', async () => {
    const socket = await connect(`${server.ws}/room`);
    socket.send('2');
    if (await says_next(socket) === 'b: 2') return socket;
    socket.terminate();
    return false;
  });
  await eventually('the old one hears the new one', () => old.messages.includes('b: 2'));
  old.send('3');
  await eventually('and the other way round', () => fresh.messages.includes('a: 3'));
});

test('a request that comes during a build is answered by what was built', async (t) => {
  const app = makeApp(t, { 'index.cpp': says('one') });
  const server = await develop(t, app.root);
  await answers(`${server.url}/`, 200, 'one');
  let built = 0;
  for (const word of ['two', 'three', 'four']) {
    app.save('index.cpp', says(word));
    // From the moment on that the server has seen the change, nobody is given the old answer: an answer from before is
    // either the old word, or the new one, and no answer is an error.
    await eventually(word, async () => {
      const got = await answer(`${server.url}/`);
      assert.equal(got.status, 200);
      return got.body === word;
    });
    ++built;
  }
  assert.equal(built, 3);
});

test('headers, middleware and folders are followed too', async (t) => {
  const app = makeApp(t, {
    'text.cpp': '#include <folio/folio.hpp>\n#include "_lib/text.hpp"\nusing namespace folio;\nstd::string GET() { return text_of_header; }\n',
    '_lib/text.hpp': '#pragma once\ninline const char* text_of_header = "first";\n',
  });
  const server = await develop(t, app.root);
  await answers(`${server.url}/text`, 200, 'first');

  app.save('_lib/text.hpp', '#pragma once\ninline const char* text_of_header = "second";\n');
  await answers(`${server.url}/text`, 200, 'second');

  app.write('_middleware.cpp', `${head}Task<Response> middleware(Request&, Next next) {
  Response response = co_await next();
  response.body += ", wrapped";
  co_return response;
}
`);
  await answers(`${server.url}/text`, 200, 'second, wrapped');
  app.remove('_middleware.cpp');
  await answers(`${server.url}/text`, 200, 'second');

  app.write('a/b/[name].cpp', `${head}std::string GET(Path<"name"> name) { return *name; }\n`);
  await answers(`${server.url}/a/b/c`, 200, 'c');
  app.move('a', 'z');
  await answers(`${server.url}/z/b/c`, 200, 'c');
  await answers(`${server.url}/a/b/c`, 404);
  fs.rmSync(path.join(app.root, 'routes/z'), { recursive: true });
  await answers(`${server.url}/z/b/c`, 404);
});

test('mistakes with files and parameters are explained', async (t) => {
  const app = makeApp(t, { 'index.cpp': says('start') });
  const server = await develop(t, app.root);
  await answers(`${server.url}/`, 200, 'start');
  const explains = (pattern) => eventually(String(pattern), async () => {
    const { status, body } = await answer(`${server.url}/`);
    if (status === 500 && pattern.test(body)) return true;
    throw new Error(body);
  });

  app.write('users/[id].cpp', `${head}std::string GET(Path<"name"> name) { return *name; }\n`);
  await explains(/GET asks for Path<\\"name\\">, but the file name .*users\/\[id\]\.cpp.* declares 'id'/);
  app.save('users/[id].cpp', `${head}std::string GET(Path<"id"> id) { return *id; }\n`);
  await answers(`${server.url}/users/7`, 200, '7');

  app.write('(group)/users/[other].cpp', says('twice'));
  await explains(/R001/);
  app.remove('(group)/users/[other].cpp');
  await answers(`${server.url}/users/7`, 200, '7');

  app.write('empty.cpp', `${head}int helper() { return 1; }\n`);
  await explains(/R007/);
  app.move('empty.cpp', '_empty.cpp');
  await answers(`${server.url}/`, 200, 'start');
});

test('a crash is shown, and the server comes back behind the same port', async (t) => {
  const app = makeApp(t, {
    'index.cpp': says('start'),
    'crash.cpp': `${head}#include <cstdlib>\nstd::string GET() { std::abort(); }\n`.replace(/(using namespace folio;\n)(#include <cstdlib>\n)/, '$2$1'),
  });
  const server = await develop(t, app.root);
  await answers(`${server.url}/`, 200, 'start');
  await assert.rejects(fetch(`${server.url}/crash`));
  await eventually('the event', () => server.events().some((event) => event.event === 'crashed'));
  await answers(`${server.url}/`, 200, 'start');
  app.save('crash.cpp', says('harmless'));
  await answers(`${server.url}/crash`, 200, 'harmless');
});

test('an app that does not build at the start is served once it does', async (t) => {
  const app = makeApp(t, { 'index.cpp': `${head}std::string GET() { return missing; }\n` });
  const server = await develop(t, app.root);
  const { body } = await answers(`${server.url}/`, 500);
  assert.match(body, /routes\/index\.cpp/);
  app.save('index.cpp', says('there'));
  await answers(`${server.url}/`, 200, 'there');
});

test('a routes folder itself is an app', async (t) => {
  const app = makeApp(t, { 'ws/echo.cpp': `${head}Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
}
` });
  const server = await develop(t, path.join(app.root, 'routes'));
  const socket = await eventually('the route', () => connect(`${server.ws}/ws/echo`));
  socket.send('hello');
  assert.equal(await says_next(socket), 'hello');
});

test('wrong use is exit code 2 or 1, and a sentence', (t) => {
  const folder = temporaryFolder(t);
  for (const [args, code] of [[['dev', path.join(folder, 'nowhere')], [1, 2]], [['dev', '--port', 'high'], [2]], [['dev', '--no-such'], [2]], [['nonsense'], [2]]]) {
    const run = runFolio(...args);
    assert.ok(code.includes(run.status), `${args}: ${run.status} ${run.stderr}`);
    assert.match(run.stderr, /^error: /m);
  }
});
