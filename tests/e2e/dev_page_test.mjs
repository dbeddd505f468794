// What a browser shows while somebody edits: the error page, the overlay, and reloads that nobody asked for.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { openBrowser } from './browser.mjs';
import { develop, eventually, root, temporaryFolder } from './helpers.mjs';

fs.mkdirSync(path.join(root, 'build'), { recursive: true });  // for pictures

const head = '#include <folio/folio.hpp>\nusing namespace folio;\n';
const page = (heading) => `${head}Html GET() {
  return Html("<!doctype html><html lang=en><title>T</title><body><h1>${heading}</h1></body></html>");
}
`;

test('the page follows the file', async (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'routes', 'index.cpp');
  fs.mkdirSync(path.dirname(file));
  fs.writeFileSync(file, page('one'));
  const server = await develop(t, folder);
  const browser = await openBrowser(t);
  const window = await browser.page({ viewport: { width: 1000, height: 700 } });
  await eventually('the first build', async () => (await fetch(`${server.url}/`)).status === 200);
  await window.goto(server.url);
  await window.getByRole('heading', { name: 'one' }).waitFor();

  await t.test('it reloads by itself', async () => {
    fs.writeFileSync(file, page('two'));
    await window.getByRole('heading', { name: 'two' }).waitFor();
  });

  await t.test('an error lies over the page, and goes when it is mended', async () => {
    fs.writeFileSync(file, page('three').replace('Html GET() {', 'Html GET() {\n  std::vector<int> wrong = "text";'));
    const overlay = window.frameLocator('iframe');
    await overlay.getByText('routes/index.cpp:4').first().waitFor();
    await overlay.getByText('vector<int>').first().waitFor();
    await window.screenshot({ path: path.join(root, 'build', 'dev-overlay.png') });
    fs.writeFileSync(file, page('four'));
    await window.getByRole('heading', { name: 'four' }).waitFor();
    assert.equal(await window.locator('iframe').count(), 0);
  });

  await t.test('whoever comes while it is broken gets the error page, with the line and text as text', async () => {
    fs.writeFileSync(file, page('five').replace('Html GET() {', 'Html GET() {\n  std::vector<int> wrong = "<b>text</b>";'));
    await eventually('the error', async () => (await fetch(`${server.url}/`)).status === 500);
    const other = await browser.page({ viewport: { width: 1000, height: 700 } });
    const response = await other.goto(server.url);
    assert.equal(response.status(), 500);
    const text = await other.locator('body').innerText();
    assert.match(text, /routes\/index\.cpp:4/);
    assert.match(text, /vector<int>/);
    assert.match(text, /std::vector<int> wrong = "<b>text<\/b>";/);  // the code frame
    assert.equal(await other.locator('b', { hasText: /^text$/ }).count(), 0);
    await other.screenshot({ path: path.join(root, 'build', 'dev-error.png') });
    fs.writeFileSync(file, page('six'));
    for (const each of [window, other]) await each.getByRole('heading', { name: 'six' }).waitFor();
  });
});

test('the start page of routes/ is whole, wide and narrow, light and dark', async (t) => {
  const folder = temporaryFolder(t);
  fs.cpSync(path.join(root, 'routes'), path.join(folder, 'routes'), { recursive: true });
  const server = await develop(t, folder);
  const browser = await openBrowser(t);
  await eventually('the first build', async () => (await fetch(`${server.url}/`)).status === 200);
  for (const [colorScheme, width] of [['light', 1200], ['dark', 320]]) {
    const window = await browser.page({ colorScheme, viewport: { width, height: 800 } });
    await window.goto(server.url);
    await window.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await window.title(), 'Folio');
    const overflow = await window.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${overflow} px too wide at ${width}`);
    await window.screenshot({ path: path.join(root, 'build', `start-${colorScheme}.png`), fullPage: true });
    const links = await window.locator('a[href^="/"]').evaluateAll((all) => all.map((a) => a.href));
    assert.ok(links.length >= 2);
    for (const link of links) assert.equal((await fetch(link)).status, 200, link);
  }
  assert.deepEqual(browser.problems, []);

  // What the page tells its reader to do works.
  const [code] = (await (await fetch(server.url)).text()).match(/#include &lt;folio[^<]*?(?=<\/pre>)/);
  fs.writeFileSync(path.join(folder, 'routes', 'hello.cpp'), code.replaceAll('&lt;', '<').replaceAll('&gt;', '>'));
  await eventually('the new route', async () => (await (await fetch(`${server.url}/hello`)).text()) === 'Hello!');
});
