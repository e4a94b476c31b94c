// SPDX-License-Identifier: MIT
// Every page of the web app as the real server fills it, for people to look at (build/e2e/looks) and held to what a machine can judge,
// light and dark, on a desktop and on a phone (lib/looks.mjs).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { administrate } from './lib/command.mjs';
import { looksFolder, lookAt } from './lib/looks.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';
import { allMeet, joinMeeting, openTab, printedLinks } from './lib/web_app.mjs';

let server;
let browser;
let links;
let page; // of somebody with the operator's token, who visits what is no meeting
const people = [];

before(async () => {
  fs.rmSync(looksFolder, { recursive: true, force: true });
  [server, browser] = await Promise.all([startServer({ name: 'looks', workers: 2, env: { DEVELOPMENT: 'true' } }), openBrowser({ pages: false, fps: 3 })]);
  links = await printedLinks(server);
  administrate(server, 'tenant', 'create', 'acme', '--name', 'Acme Ltd', '--quota', 'participants_per_meeting=50', 'meetings=20', 'recording_minutes=600');
  page = await openTab(browser, 'operator');
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

async function visit(place, ...shown) {
  await page.goto(new URL(place, links.operator).href);
  for (const locator of shown) await locator.first().waitFor({ timeout: 20_000 });
}

const assertInOrder = async (of, name, options) => assert.deepEqual(await lookAt(of, name, options), []);
const assertCallInOrder = (person, name) => assertInOrder(person.page, name, { whole: false });

async function say(person, text) {
  await person.press(/^Chat/);
  await person.page.getByRole('textbox').fill(text);
  await person.page.keyboard.press('Enter');
  await person.press('Close chat'); // it covers a small window
}

// While nobody meets, since cameras and their encoders would take the time of what is looked at.
test('the start page and the lobby are in order', async () => {
  await visit('/', page.getByRole('heading', { level: 1 }));
  await assertInOrder(page, 'start');
  const lobby = await openTab(browser, 'lobby');
  await lobby.goto(links.meeting);
  await lobby.locator('.preview-video').waitFor();
  await assertInOrder(lobby, 'lobby');
  await lobby.close();
});

test('pages with bad news are in order', async () => {
  await visit('/m/some-meeting', page.getByText('You need an invitation link'));
  await assertInOrder(page, 'no-link');
  await page.goto(links.operator);
  await visit('/recordings/no/such', page.getByText('There is no such page'));
  await assertInOrder(page, 'no-such-page');
  await visit('/recordings/no-such-recording', page.getByText('There is nothing here'));
  await assertInOrder(page, 'no-such-recording');
});

test('a meeting of three is in order, as a grid and with the speaker large', async () => {
  for (const name of ['Asha Rao', 'Bela Horváth', 'Chitra']) people.push(await joinMeeting(browser, links.meeting, name));
  const [asha, ...others] = people;
  for (const { page: small } of others) await small.setViewportSize({ width: 480, height: 360 }); // what nobody looks at costs little
  await allMeet(people, { timeout: 20_000 });
  await assertCallInOrder(asha, 'meeting-grid');
  await asha.press('Show the speaker large');
  await assertCallInOrder(asha, 'meeting-speaker');
});

test('the chat and the list of participants are in order', async () => {
  const [asha, bela, chitra] = people;
  await say(bela, 'Good morning! The agenda is at https://example.org/agenda');
  await say(chitra, 'Thank you');
  await say(asha, 'Let us begin, and keep the second half for questions. Whoever has slides may share them right away.');
  await asha.press(/^Chat/);
  await asha.page.getByText('Thank you', { exact: true }).waitFor();
  await assertCallInOrder(asha, 'meeting-chat');
  await asha.press('Record the meeting');
  await asha.page.getByTitle('This meeting is being recorded').waitFor();
  await bela.press('Raise your hand');
  await asha.press(/^People/);
  await asha.page.getByRole('button', { name: /1 with a raised hand/ }).waitFor();
  await assertCallInOrder(asha, 'meeting-people');
  await asha.press('Stop recording');
  await asha.page.getByTitle('This meeting is being recorded').waitFor({ state: 'detached' });
});

test('the pages of servers with their workers and load, and of meetings, are in order', async () => {
  for (const person of people) await person.press('Turn your camera off');
  await visit('/operator', page.locator('.chart-line'), page.getByText('2 of 2 workers up'));
  await assertInOrder(page, 'operator-servers-and-load');
  await visit('/operator/meetings', page.getByRole('button', { name: 'People in first-meeting' }));
  await assertInOrder(page, 'operator-meetings');
  await page.getByRole('button', { name: 'People in first-meeting' }).click();
  await page.locator('.dialog-people li').nth(2).waitFor();
  await assertInOrder(page, 'operator-meeting', { whole: false });
});

test('the pages of tenants, their usage and links are in order', async () => {
  const isTold = async () => {
    await visit('/operator/tenants', page.getByRole('link', { name: 'Acme Ltd' }));
    return (await page.getByRole('row', { name: /default/ }).getByRole('cell').nth(1).innerText()) !== '0 s';
  };
  await until('the usage of the meeting is told', isTold, { timeout: 40_000 }); // it is counted every 30 s
  await assertInOrder(page, 'operator-tenants');
  await visit('/operator/tenants/acme', page.getByRole('heading', { name: 'Acme Ltd' }), page.locator('.table tbody tr'));
  await assertInOrder(page, 'operator-tenant');
  await visit('/operator/links', page.getByRole('button', { name: 'Make the link' }));
  await page.getByLabel(/Meeting/).first().fill('standup');
  await page.getByRole('button', { name: 'Make the link' }).click();
  await page.locator('.made').waitFor();
  await assertInOrder(page, 'operator-links');
});

test('the list of recordings and the player are in order', async () => {
  for (const person of people) await person.close();
  await visit('/recordings', page.getByRole('link', { name: /first-meeting/ }));
  await assertInOrder(page, 'recordings');
  await page.getByRole('link', { name: /first-meeting/ }).click();
  await page.waitForFunction(() => document.querySelector('video')?.duration > 0, undefined, { timeout: 60_000 }); // it is short
  await page.locator('.timeline-picture svg').waitFor();
  await assertInOrder(page, 'recording');
});
