// SPDX-License-Identifier: MIT
// What a host does to others through the web app, and what those others are told: mute, share a screen, lock, remove, end for all.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { administrate } from './lib/command.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';
import { allMeet, joinMeeting, knock, printedLinks, tabTraffic } from './lib/web_app.mjs';

let server;
let browser;
let link;
let asha;
let bela;

before(async () => {
  [server, browser] = await Promise.all([startServer({ name: 'moderation', workers: 1, env: { DEVELOPMENT: 'true' } }), openBrowser({ pages: false })]);
  ({ meeting: link } = await printedLinks(server));
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

test('a host mutes somebody, who is told and can unmute', async () => {
  [asha, bela] = [await joinMeeting(browser, link, 'Asha'), await joinMeeting(browser, link, 'Bela')];
  await allMeet([asha, bela], { timeout: 20_000 });
  await asha.press('Options for Bela');
  await asha.page.getByRole('button', { name: 'Mute', exact: true }).click();
  await bela.page.getByRole('button', { name: 'Unmute your microphone' }).waitFor();
  await until('Asha no longer hears Bela', async () => (await asha.reaches()).sounds === 0);
  await bela.press('Unmute your microphone');
  await asha.seesAndHears(1);
});

test('a shared screen is a tile of its own, until its owner stops it', async () => {
  await bela.press('Share your screen');
  await until("Asha has a tile with Bela's screen", async () => (await asha.tiles()).includes("Bela's screen"));
  await until('two pictures reach Asha', async () => (await asha.reaches(800)).pictures === 2);
  await bela.press('Stop sharing your screen');
  await until('the tile is gone', async () => (await asha.tiles()).length === 2);
});

test('a locked meeting lets nobody in who is no moderator, and says so', async () => {
  await asha.press('More');
  await asha.page.getByRole('button', { name: 'Lock the meeting' }).click();
  const chitra = await knock(browser, administrate(server, 'token', '--meeting', 'first-meeting', '--link').trim(), 'Chitra');
  await chitra.page.getByText('The meeting is locked').waitFor();
  await asha.press('More');
  await asha.page.getByRole('button', { name: 'Unlock the meeting' }).click();
  await chitra.press('Try again');
  await chitra.isIn();
  await chitra.close();
  await until('Chitra is gone', async () => (await asha.tiles()).length === 2, { timeout: 45_000 });
});

test('who is removed is told, and is gone for the others', async () => {
  await asha.press('Options for Bela');
  await asha.page.getByRole('button', { name: 'Remove from meeting' }).click();
  await asha.page.getByRole('dialog').getByRole('button', { name: /Remove/ }).click();
  await bela.page.getByText('You were removed from this meeting').waitFor();
  await until('Asha is alone', async () => (await asha.tiles()).length === 1);
  await bela.close();
});

test('a meeting that is ended for all is over for all', async () => {
  bela = await joinMeeting(browser, link, 'Bela again');
  await allMeet([asha, bela], { timeout: 20_000 });
  await asha.press('More');
  await asha.page.getByRole('button', { name: 'End the meeting for all' }).click();
  await asha.page.getByRole('dialog').getByRole('button', { name: /End/ }).click();
  await bela.page.getByText('The meeting has ended').waitFor();
  await until('the server carries no meeting', async () => (await server.status()).meetings === 0);
  assert.equal((await server.status()).participants, 0);
});

test('all that the pages and the server said to each other is as docs/signaling.schema.json says', () => tabTraffic.assertValid());
