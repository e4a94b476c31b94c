// SPDX-License-Identifier: MIT
// The way of a newcomer: one command, the printed link in three tabs, a meeting; and what people expect of it when they reload, record
// it, or when a worker dies under it. Everything is done by what the pages show.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { startServer } from './lib/server.mjs';
import { sleep, until } from './lib/wait.mjs';
import { allMeet, joinMeeting, openTab, printedLinks, tabTraffic } from './lib/web_app.mjs';

let server;
let browser;
let links;
const people = [];

before(async () => {
  [server, browser] = await Promise.all([startServer({ name: 'web-app', workers: 1, env: { DEVELOPMENT: 'true' } }), openBrowser({ pages: false, fps: 10, camera: 360 })]);
  links = await printedLinks(server);
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

async function openRecording(page) {
  await page.goto(links.operator);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.goto(new URL('/recordings', links.operator).href);
  await page.getByRole('link', { name: /first-meeting/ }).click();
}

test('three people who open the printed link see and hear each other', async () => {
  for (const name of ['Asha', 'Bela', 'Chitra']) people.push(await joinMeeting(browser, links.meeting, name));
  await allMeet(people, { timeout: 20_000 });
  for (const person of people) {
    const others = people.filter((other) => other !== person).map(({ name }) => name);
    const tiles = await person.tiles();
    assert.equal(tiles.length, 3, `${person.name} has the tiles ${tiles.join(' | ')}`);
    for (const name of ['You', ...others]) assert.ok(tiles.some((tile) => tile.startsWith(name)), `${person.name} finds ${name} in ${tiles.join(' | ')}`);
  }
});

test('who mutes is shown muted to the others, and heard again afterwards', async () => {
  const [asha, bela] = people;
  await asha.press('Mute your microphone');
  await until('Bela sees that Asha is muted', async () => (await bela.tiles()).some((tile) => /^Asha.*muted/.test(tile)));
  await until('one sound less reaches Bela', async () => (await bela.reaches()).sounds === 1);
  await asha.press('Unmute your microphone');
  await bela.seesAndHears(2);
});

test('a chat message reaches everybody', async () => {
  const [asha, bela, chitra] = people;
  await asha.press(/^Chat/);
  await asha.page.getByRole('textbox').fill('Good morning');
  await asha.page.keyboard.press('Enter');
  for (const person of [bela, chitra]) {
    await person.press(/^Chat, 1 unread/);
    await person.page.getByText('Good morning', { exact: true }).waitFor();
    await person.press(/^Chat/);
  }
  await asha.press(/^Chat/);
});

test('somebody who reloads the page is back, and is there only once', async () => {
  const [asha, bela] = people;
  await bela.page.reload();
  await bela.enter();
  await allMeet(people);
  await until('Asha has three tiles', async () => (await asha.tiles()).length === 3);
});

test('a killed worker costs three people less than three seconds, and no click', async (context) => {
  await allMeet(people);
  const { workers } = await server.status();
  const longest = await Promise.all(people.map((person) => person.watchGaps()));
  for (const { pid } of workers) process.kill(pid, 'SIGKILL');
  await until('the workers are back', async () => (await server.status()).workers.every(({ alive, pid }) => alive && !workers.some((dead) => dead.pid === pid)));
  await allMeet(people);
  const gaps = await Promise.all(longest.map((gap) => gap()));
  context.diagnostic(`longest gaps in ms: ${JSON.stringify(gaps)}`);
  for (const gap of gaps.flatMap(Object.values)) assert.ok(gap < 3000, `no gap of 3 s: ${JSON.stringify(gaps)}`);
});

test('a recording made with the button is shown in the meeting and plays on the recordings page', async () => {
  const [asha, bela] = people;
  await asha.press('Record the meeting');
  for (const person of [asha, bela]) await person.page.getByTitle('This meeting is being recorded').waitFor();
  await sleep(4000);
  await asha.press('Stop recording');
  await asha.page.getByTitle('This meeting is being recorded').waitFor({ state: 'detached' });

  const page = await openTab(browser, 'recordings');
  await openRecording(page);
  await page.waitForFunction(() => (document.querySelector('video')?.duration ?? 0) > 2, undefined, { timeout: 60_000 });
  await page.evaluate(() => document.querySelector('video').play());
  await page.waitForFunction(() => document.querySelector('video').currentTime > 1);
  await page.close();
});

test('the film that somebody watches is not exchanged when the programme is ready', async () => {
  const page = await openTab(browser, 'film');
  let ready = false;
  await page.route('**/manifest', async (route) => {
    const response = await route.fetch();
    const manifest = await response.json();
    if (!ready) manifest.outputs = manifest.outputs.filter(({ mode }) => mode !== 'composite');
    await route.fulfill({ response, json: manifest });
  });
  await openRecording(page);
  await page.waitForFunction(() => (document.querySelector('video')?.duration ?? 0) > 2);
  const film = await page.evaluate(() => document.querySelector('video').play().then(() => document.querySelector('video').currentSrc));
  ready = true;
  await page.getByRole('button', { name: 'Make a programme' }).click(); // the page asks again
  const option = page.getByRole('option', { name: /\(MP4\)$/ }).first();
  await option.waitFor({ state: 'attached' });
  const programme = await option.innerText();
  await page.waitForFunction(() => document.querySelector('video').currentTime > 2);
  assert.equal(await page.evaluate(() => document.querySelector('video').currentSrc), film);

  await page.getByLabel('What to watch').selectOption({ label: programme });
  await page.waitForFunction((before) => document.querySelector('video').currentSrc !== before, film);
  await page.waitForFunction(() => document.querySelector('video').currentTime > 3); // goes on from where the other was
  await page.close();
});

test('who leaves is gone from the server at once', async () => {
  for (const person of people) await person.press('Leave the meeting');
  await until('the server carries no participant', async () => (await server.status()).participants === 0);
});

test('all that the pages and the server said to each other is as docs/signaling.schema.json says', () => tabTraffic.assertValid());
