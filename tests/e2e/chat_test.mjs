// The chat of example/ in a real browser: two pages, two people.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { openBrowser } from './browser.mjs';
import { example, root, serve } from './helpers.mjs';

const binary = example();
const pictures = path.join(root, 'build');

async function enter(page, url, name) {
  await page.goto(`${url}/ws/chat`);
  await page.getByLabel('Your name').fill(name);
  await page.keyboard.press('Enter');
  await page.getByText(`You joined as ${name}`).waitFor();
}

const texts = (page) => page.locator('#log .text').allTextContents();
const say = async (page, text) => {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.keyboard.press('Enter');
};

test('two windows talk to each other', async (t) => {
  const server = await serve(t, binary);
  const browser = await openBrowser(t);
  const ada = await browser.page({ viewport: { width: 440, height: 512 } });
  const grace = await browser.page({ viewport: { width: 440, height: 512 }, colorScheme: 'dark' });
  await enter(ada, server.url, 'Ada');
  await ada.getByText('Only you').waitFor();
  await enter(grace, server.url, 'Grace');
  await ada.getByText('Grace joined').waitFor();
  for (const page of [ada, grace]) await page.getByText('2 people').waitFor();

  await say(ada, 'Hello! Is anybody here?');
  await grace.getByText('Hello! Is anybody here?').waitFor();
  await say(grace, 'I am. Two windows, one room.');
  await say(grace, 'Even <b>vector<int></b> & "quotes" arrive as text.');
  await ada.getByText('arrive as text').waitFor();
  await say(ada, 'Now edit ws/chat.cpp and save.');
  await grace.getByText('Now edit').waitFor();

  const all = ['Hello! Is anybody here?', 'I am. Two windows, one room.',
    'Even <b>vector<int></b> & "quotes" arrive as text.', 'Now edit ws/chat.cpp and save.'];
  assert.deepEqual(await texts(ada), all);
  assert.deepEqual(await texts(grace), all);
  assert.deepEqual(await ada.locator('.mine .text').allTextContents(), [all[0], all[3]]);
  assert.deepEqual(await grace.locator('.mine .text').allTextContents(), [all[1], all[2]]);

  // One's own messages stand on the right.
  const [mine, theirs] = await Promise.all(['.mine .text', '.message:not(.mine) .text'].map((css) => ada.locator(css).first().boundingBox()));
  assert.ok(mine.x + mine.width > theirs.x + theirs.width);

  fs.mkdirSync(pictures, { recursive: true });
  await ada.screenshot({ path: path.join(pictures, 'chat-ada.png') });
  await grace.screenshot({ path: path.join(pictures, 'chat-grace.png') });

  await grace.close();
  await ada.getByText('Grace left').waitFor();
  await ada.getByText('Only you').waitFor();
  assert.deepEqual(browser.problems, []);
});

test('it comes back by itself, says so, and keeps what is being written', async (t) => {
  const server = await serve(t, binary);
  const browser = await openBrowser(t);
  const page = await browser.page();
  await enter(page, server.url, 'Ada');
  await page.getByLabel('Message', { exact: true }).fill('half a sentence');
  await server.stop();
  await page.getByText(/Connection lost\. Trying again/).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Send' }).isDisabled(), true);

  const again = await serve(t, binary, { port: server.port });
  assert.equal(again.port, server.port);
  await page.getByText('You are back').waitFor();
  await page.getByText(/Connection lost/).waitFor({ state: 'hidden' });
  await page.keyboard.press('Enter');
  await page.locator('.mine .text', { hasText: 'half a sentence' }).waitFor();
});

test('the other pages are whole: nothing from elsewhere, no error, a language and a title', async (t) => {
  const server = await serve(t, binary);
  const browser = await openBrowser(t);
  const page = await browser.page();
  const foreign = [];
  page.on('request', (request) => {
    if (!/^data:/.test(request.url()) && new URL(request.url()).host !== new URL(server.url).host) foreign.push(request.url());
  });
  for (const address of ['/', '/form', '/errors', '/ws', '/ws/chat']) {
    await page.goto(server.url + address);
    assert.notEqual(await page.title(), '', address);
    assert.equal(await page.locator('html').getAttribute('lang'), 'en', address);
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${address} is ${overflow} px too wide at ${width}`);
    }
  }
  await page.goto(`${server.url}/ws?path=/ws/echo`);
  await page.getByText('open /ws/echo').waitFor();
  await page.getByRole('textbox', { name: 'Message' }).fill('to and fro');
  await page.keyboard.press('Enter');
  await page.locator('#log li[data-mark="<"]', { hasText: 'to and fro' }).waitFor();
  assert.deepEqual(foreign, []);
  assert.deepEqual(browser.problems, []);
});
