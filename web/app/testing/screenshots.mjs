// SPDX-License-Identifier: MIT
// Takes a picture of every page in pages.mjs, light and dark, on a desktop and on a phone, and lets axe look at each; says what is wrong
// and fails: violations, errors of the page, anything that the Content-Security-Policy stopped, anything wider than the window.
// `npm run look:web -- [name...]`; pictures are in test-output/web/.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';
import { build } from 'vite';

import { pages } from './pages.mjs';
import { serveApp } from './serve.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = path.join(here, '../../..');
const output = path.join(root, 'test-output/web');
const built = path.join(root, 'test-output/web-mock');
const axe = fs.readFileSync(path.join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');

const windows = [
  { name: 'desktop', viewport: { width: 1280, height: 800 } },
  { name: 'phone', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
  { name: 'small', viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true, only: ['light'] },
];
// Most of a visit is waiting.
const kAtOnce = 3;
const flags = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--autoplay-policy=no-user-gesture-required',
];

function filmFor() {
  const file = path.join(root, 'test-output/film.webm');
  if (!fs.existsSync(file)) {
    try {
      execFileSync('ffmpeg', ['-loglevel', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=10:duration=20', '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '300k', file]);
    } catch {
      return undefined; // The player stays black; everything else can be looked at.
    }
  }
  return fs.readFileSync(file);
}

async function violationsOf(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], rules: { 'scrollable-region-focusable': { enabled: true } } }));
  return violations.map(({ id, help, nodes }) => `axe ${id}: ${help} (${nodes.length}x, ${nodes[0].target.join(' ')}${nodes[0].any?.[0]?.message ? `: ${nodes[0].any[0].message}` : ''})`);
}

async function visit(browser, origin, entry, window, scheme) {
  const { name, only, ...options } = window;
  const context = await browser.newContext({ ...options, colorScheme: scheme, reducedMotion: 'reduce', permissions: ['camera', 'microphone'], locale: 'en-GB' });
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) faults.push(`console: ${message.text()}`);
  });
  page.setDefaultTimeout(10_000);
  try {
    if (entry.init) await page.addInitScript(entry.init.script);
    await page.goto(origin + entry.path);
    await page.locator('h1, .call').first().waitFor();
    await entry.act?.(page);
    await page.waitForFunction(() => document.fonts.status === 'loaded');
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 120)))));
    const full = !(await page.locator('.call, dialog[open]').count());
    await page.screenshot({ path: path.join(output, `${entry.name}-${name}-${scheme}.png`), fullPage: full });
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wider > 0) faults.push(`the page is ${wider} px wider than the window`);
    if ((await page.evaluate(() => location.hash)) !== '') faults.push('the token is still in the address bar');
    faults.push(...(await violationsOf(page)));
  } catch (error) {
    await page.screenshot({ path: path.join(output, `${entry.name}-${name}-${scheme}-failed.png`) }).catch(() => {});
    faults.push(error.message.split('\n').slice(0, 3).join(' '));
  } finally {
    await context.close();
  }
  return faults;
}

const wanted = process.argv.slice(2);
fs.mkdirSync(output, { recursive: true });
if (process.env.KEEP_BUILD !== '1') await build({ configFile: path.join(here, 'mock.config.ts'), logLevel: 'warn' });
const server = await serveApp(built, { film: filmFor() });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: flags });
const visits = pages
  .filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)))
  .flatMap((entry) => windows.filter((window) => entry.narrow !== false || window.name === 'desktop').map((window) => ({ entry, window })))
  .flatMap(({ entry, window }) => (window.only ?? ['light', 'dark']).map((scheme) => ({ entry, window, scheme })));
let count = 0;
const walk = async () => {
  for (let next = visits.shift(); next; next = visits.shift()) {
    const { entry, window, scheme } = next;
    for (const fault of await visit(browser, server.origin, entry, window, scheme)) {
      console.log(`${entry.name}, ${window.name}, ${scheme}: ${fault}`);
      ++count;
    }
  }
};
try {
  await Promise.all(Array.from({ length: kAtOnce }, walk));
} finally {
  await browser.close();
  await server.close();
}
console.log(count === 0 ? 'web pages: ok' : `web pages: ${count} faults`);
process.exitCode = count === 0 ? 0 : 1;
