// Bodies that stream, as a page in a browser sees them: Server-Sent Events, an upload with its progress, a form.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openBrowser } from './browser.mjs';
import { example, serve } from './helpers.mjs';

const binary = example();

test('a page and streams', async (t) => {
  const { url } = await serve(t, binary);
  const browser = await openBrowser(t);
  const page = await browser.page();
  await page.goto(url);

  await t.test('an EventSource gets events with their names and ids', async () => {
    const events = await page.evaluate(() => new Promise((resolve, reject) => {
      const source = new EventSource('/clock');
      const got = [];
      source.onerror = () => reject(new Error(`state ${source.readyState}`));
      source.addEventListener('time', ({ data, lastEventId }) => {
        got.push({ data, id: Number(lastEventId) });
        if (got.length === 2) {
          source.close();
          resolve(got);
        }
      });
    }));
    for (const event of events) assert.match(event.data, /^\d\d:\d\d:\d\d$/);
    assert.ok(events[1].id > events[0].id);
  });

  await t.test('an upload of 8 MiB arrives whole, and reports its progress', async () => {
    const { status, answer, progress, adler } = await page.evaluate(() => new Promise((resolve, reject) => {
      const bytes = new Uint8Array(8 * 1024 * 1024).map((_, i) => (i * 31 + (i >> 8)) & 255);
      let a = 1;
      let b = 0;
      for (const byte of bytes) {
        a = (a + byte) % 65521;
        b = (b + a) % 65521;
      }
      const adler = ((b << 16) | a) >>> 0;
      const request = new XMLHttpRequest();
      let progress = 0;
      request.upload.onprogress = (event) => { progress = event.loaded; };
      request.onerror = () => reject(new Error('the upload failed'));
      request.onload = () => resolve({ status: request.status, answer: JSON.parse(request.responseText), progress, adler });
      request.open('PUT', '/upload');
      request.send(bytes);
    }));
    assert.equal(status, 200);
    assert.deepEqual(answer, { bytes: 8 * 1024 * 1024, adler32: adler });
    assert.equal(progress, 8 * 1024 * 1024);
  });

  await t.test('a form is filled in and sent', async () => {
    await page.goto(`${url}/form`);
    await page.getByLabel('Your name').fill('Ädä <b>');
    await page.getByLabel('Copies').fill('3');
    await page.getByLabel('as a gift').check();
    await page.getByRole('button').click();
    await page.getByText('Ädä <b>').waitFor();
    assert.match(await page.textContent('body'), /3/);
  });

  // An answer in plain text cannot name an icon, so the browser asks for /favicon.ico, which is not there.
  assert.deepEqual(browser.problems.filter((problem) => !problem.includes('404')), []);
});
