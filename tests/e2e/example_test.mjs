// Every HTTP demonstration in example/, as its reader would try it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { example, serve } from './helpers.mjs';

const binary = example();

test('example', async (t) => {
  const { url } = await serve(t, binary);
  const get = (path, options) => fetch(url + path, options);
  const text = async (path, options) => (await get(path, options)).text();
  const json = async (path, options) => (await get(path, options)).json();
  const send = (method, path, value) =>
    get(path, { method, body: JSON.stringify(value), headers: { 'Content-Type': 'application/json' } });

  await t.test('index.cpp lists the others, and every link of it answers', async () => {
    const response = await get('/');
    assert.match(response.headers.get('content-type'), /^text\/html/);
    const page = await response.text();
    const links = [...page.matchAll(/href="(\/[^"]*)"/g)].map(([, link]) => link.replaceAll('&amp;', '&'));
    assert.ok(links.length > 20);
    for (const link of links) {
      const { status } = await get(link);
      assert.equal(status, link === '/reports' ? 401 : 200, link);
    }
  });

  await t.test('users/: create, read, replace, delete', async () => {
    const list = await json('/users');
    assert.deepEqual(list[0], { id: 1, name: 'Ada Lovelace', email: 'ada@example.org' });

    const created = await send('POST', '/users', { name: 'Grace Hopper' });
    assert.equal(created.status, 201);
    const user = await created.json();
    assert.equal(created.headers.get('location'), `/users/${user.id}`);
    assert.deepEqual(user, { id: user.id, name: 'Grace Hopper', email: null });

    const replaced = await send('PUT', `/users/${user.id}`, { name: 'Grace', email: 'g@example.org' });
    assert.deepEqual(await replaced.json(), { id: user.id, name: 'Grace', email: 'g@example.org' });
    assert.deepEqual(await json(`/users/${user.id}`), { id: user.id, name: 'Grace', email: 'g@example.org' });

    const deleted = await get(`/users/${user.id}`, { method: 'DELETE' });
    assert.equal(deleted.status, 204);
    assert.equal(await deleted.text(), '');
    assert.equal((await get(`/users/${user.id}`)).status, 404);
  });

  await t.test('users/: a body that does not fit says where', async () => {
    for (const [body, message] of [
      ['{"name":7}', /field 'name'/],
      ['{"name":"x"', /Invalid JSON at line 1 column 1: the object that begins here is not closed/],
      ['{\n "email": "x"}', /'name'/],
    ]) {
      const response = await get('/users', { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
      assert.equal(response.status, 400);
      assert.match(response.headers.get('content-type'), /^application\/problem\+json/);
      const problem = await response.json();
      assert.equal(problem.status, 400);
      assert.match(problem.detail, message);
    }
    assert.equal((await send('POST', '/users', { name: '' })).status, 422);
    const wrongType = await get('/users', { method: 'POST', body: '{"name":"x"}', headers: { 'Content-Type': 'text/plain' } });
    assert.equal(wrongType.status, 415);
  });

  await t.test('users/[id=uint].cpp: the matcher tells paths apart', async () => {
    for (const path of ['/users/seven', '/users/-1', '/users/1x', '/users/99999999999999999999']) {
      assert.equal((await get(path)).status, 404, path);
    }
  });

  await t.test('search.cpp: a query as a struct', async () => {
    assert.deepEqual(await json('/search?q=folio&tag=web&tag=c%2B%2B&page=2'),
        { q: 'folio', page: 2, sort: null, tag: ['web', 'c++'] });
    assert.deepEqual(await json('/search?q=a+b'), { q: 'a b', page: 1, sort: null, tag: [] });
    for (const [query, message] of [['', /Missing query parameter: q/], ['?q=x&page=two', /Invalid page query parameter: not a number/], ['?q=x&page=0', /counted from 1/]]) {
      const response = await get(`/search${query}`);
      assert.equal(response.status, 400);
      assert.match((await response.json()).detail, message);
    }
  });

  await t.test('form.cpp: a form', async () => {
    assert.match(await text('/form'), /<form method="post">/);
    const post = (fields) => get('/form', { method: 'POST', body: new URLSearchParams(fields) });
    const thanks = await post({ name: '<b>Ada</b> & co', copies: '2', gift: 'on' });
    assert.equal(thanks.headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.equal(await thanks.text(), 'Thank you, <b>Ada</b> & co: 2 copies, wrapped.\n');
    assert.equal(await (await post({ name: 'Ada', copies: '1' })).text(), 'Thank you, Ada: 1 copy.\n');
    assert.equal((await post({ name: 'Ada', copies: '-1' })).status, 400);
    assert.equal((await post({ name: 'Ada', copies: '100' })).status, 422);
  });

  await t.test('counter.cpp: one count for all threads', async () => {
    const { count } = await json('/counter');
    await Promise.all(Array.from({ length: 100 }, () => text('/counter', { method: 'POST' })));
    assert.equal((await json('/counter')).count, count + 100);
  });

  await t.test('visits.cpp: a cookie', async () => {
    const first = await get('/visits');
    assert.equal(await first.text(), 'Visit number 1\n');
    const cookie = first.headers.get('set-cookie');
    assert.match(cookie, /^visits=1;/);
    assert.match(cookie, /HttpOnly/i);
    assert.match(cookie, /Max-Age=2592000/i);
    assert.equal(await text('/visits', { headers: { Cookie: 'a=b; visits=4' } }), 'Visit number 5\n');
  });

  await t.test('inspect.cpp: any method', async () => {
    assert.deepEqual(await json('/inspect?a=1', { method: 'PATCH', body: 'some body' }), {
      method: 'PATCH', path: '/inspect', query: 'a=1', content_type: 'text/plain;charset=UTF-8', body: 'some body',
    });
  });

  await t.test('sleep/ waits without holding others up', async () => {
    const begun = performance.now();
    assert.ok((await Promise.all(Array.from({ length: 50 }, () => text('/sleep/300')))).every((body) => /300 ms/.test(body)));
    const took = performance.now() - begun;
    assert.ok(took >= 300 && took < 50 * 300 / 2, `${took} ms`);
  });

  await t.test('upload.cpp: a body that is longer than memory should hold', async () => {
    const body = Buffer.alloc(30_000_000, 'folio');
    let a = 1;
    let b = 0;
    for (const byte of body) {
      a = (a + byte) % 65521;
      b = (b + a) % 65521;
    }
    assert.deepEqual(await json('/upload', { method: 'PUT', body }), { bytes: body.length, adler32: ((b << 16) | a) >>> 0 });
  });

  await t.test('clock.cpp: events, one a second', async () => {
    const response = await get('/clock');
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let events = '';
    while (events.split('\n\n').length < 3) events += (await reader.read()).value;
    assert.match(events, /^event: time\nid: \d+\ndata: \d\d:\d\d:\d\d\n\nevent: time\n/);
    await reader.cancel();
  });

  await t.test('primes/ computes on another thread', async () => {
    assert.deepEqual(await json('/primes/1000000'), { below: 1000000, count: 78498 });
    assert.deepEqual(await json('/primes/2'), { below: 2, count: 0 });
    assert.equal((await get('/primes/20000001')).status, 400);
  });

  await t.test('docs/[...path].cpp: the rest of a path, decoded', async () => {
    assert.equal(await text('/docs/a/b%20c'), 'You asked for the page a/b c\n');
    assert.equal((await get('/docs')).status, 404);
  });

  await t.test('blog/[[page]].cpp: with and without', async () => {
    assert.equal(await text('/blog'), 'Page 1 of the blog\n');
    assert.equal(await text('/blog/2'), 'Page 2 of the blog\n');
    const wrong = await get('/blog/two');
    assert.equal(wrong.status, 400);
    assert.equal((await wrong.json()).detail, 'Invalid page parameter: not a number');
  });

  await t.test('v[version].json.cpp: text around a parameter', async () => {
    assert.deepEqual(await json('/v12.json'), { version: 12, links: ['/users', '/search?q=folio'] });
    assert.equal((await get('/v.json')).status, 404);
  });

  await t.test('_matchers/language.cpp: a matcher of the app', async () => {
    assert.equal(await text('/greet/fr'), 'Bonjour !\n');
    assert.equal(await text('/greet/ja'), 'こんにちは\n');
    assert.equal((await get('/greet/xx')).status, 404);
  });

  await t.test('.well-known/ is served', async () => {
    assert.match(await text('/.well-known/security.txt'), /^Contact: /);
  });

  await t.test('(admin)/_middleware.cpp guards its folder and hands on who it is', async () => {
    const refused = await get('/reports');
    assert.equal(refused.status, 401);
    assert.equal(refused.headers.get('www-authenticate'), 'Bearer');
    assert.match((await refused.json()).detail, /ada-token/);
    const allowed = await get('/reports', { headers: { Authorization: 'Bearer ada-token' } });
    assert.deepEqual(await allowed.json(), { written_for: 'Ada', open_tickets: 3 });
    assert.equal(allowed.headers.get('cache-control'), 'no-store');
    // What is no route is guarded as well, and so is what a method does not reach.
    assert.equal((await get('/reports', { method: 'DELETE' })).status, 401);
  });

  await t.test('errors/: _error.cpp and _404.cpp', async () => {
    const status = async (path) => {
      const response = await get(path);
      return [response.status, await response.text()];
    };
    const [teapot, conflict, bug, missing] = await Promise.all(['teapot', 'conflict', 'bug', 'no/such'].map((kind) => status(`/errors/${kind}`)));
    assert.equal(teapot[0], 418);
    assert.match(teapot[1], /^short and stout\n/);
    assert.equal(conflict[0], 409);
    assert.match(conflict[1], /^somebody else was faster\n/);
    assert.equal(bug[0], 500);
    assert.doesNotMatch(bug[1], /hunter2/);
    assert.match(bug[1], /^Something broke/);
    assert.deepEqual(missing, [404, 'There is no page /errors/no/such\n']);
  });
});

test('what escapes from a handler is in the log, and only there', async (t) => {
  const server = await serve(t, binary);
  await (await fetch(`${server.url}/errors/bug`)).text();
  await server.seen(/hunter2/);
});
