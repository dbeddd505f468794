// A headless Chromium for a test.

import { chromium as playwright } from 'playwright-core';

import { chromium } from './helpers.mjs';

const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

// Every page is a visitor of its own: it shares no storage with the others. `problems` collects what pages complain
// about: exceptions that nobody caught, and errors on their consoles that are not about a lost connection.
export async function openBrowser(t) {
  const browser = await playwright.launch({ executablePath: chromium, args: flags });
  t.after(() => browser.close());
  const problems = [];
  return {
    problems,
    async page(options) {
      const context = await browser.newContext({ locale: 'en', colorScheme: 'light', ...options });
      context.setDefaultTimeout(60_000);
      const page = await context.newPage();
      page.on('pageerror', (error) => problems.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error' && !/WebSocket connection|ERR_CONNECTION/.test(message.text())) problems.push(message.text());
      });
      return page;
    },
  };
}
