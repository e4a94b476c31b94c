// SPDX-License-Identifier: MIT
// What stands between people and a meeting: a network without UDP, a camera they refused, a link that has expired, a meeting that is
// full. They get in where that is possible, and in each case the page says in plain words what is the matter.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { administrate } from './lib/command.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';
import { joinMeeting, knock, openTab, printedLinks } from './lib/web_app.mjs';

let server;
let browser;
let link;
let expired;
let asha;

before(async () => {
  [server, browser] = await Promise.all([
    startServer({ name: 'obstacles', workers: 1, env: { DEVELOPMENT: 'true' } }),
    openBrowser({ pages: false, fps: 10, permissions: ['microphone'] }),
  ]);
  ({ meeting: link } = await printedLinks(server));
  expired = linkTo('first-meeting', '--seconds', '1'); // it will have by the time it is opened
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

const linkTo = (meeting, ...words) => administrate(server, 'token', '--meeting', meeting, '--link', ...words).trim();

const reaches = (person, pictures, sounds) =>
  until(
    `${pictures} pictures and ${sounds} sounds reach ${person.name}`,
    async () => {
      const now = await person.reaches();
      if (now.pictures === pictures && now.sounds === sounds) return true;
      throw new Error(JSON.stringify(now));
    },
    { timeout: 20_000 },
  );

test('who refused the camera is told so in the lobby', async () => {
  const page = await openTab(browser, 'Asha');
  await page.goto(link);
  await page.getByText('Camera access is blocked').waitFor();
  await page.getByText(/Choose the camera icon in the address bar, allow it for this page, and try again/).waitFor();
  await page.getByText('Your camera is off').waitFor();
  assert.equal(await page.getByText('Camera and microphone are blocked').count(), 0, 'the microphone is not blamed');
  assert.ok(await page.getByRole('button', { name: 'Mute your microphone' }).isEnabled());
  await page.close();
});

test('two people without a camera hear each other all the same', async () => {
  asha = await joinMeeting(browser, link, 'Asha');
  const bela = await joinMeeting(browser, link, 'Bela');
  for (const person of [asha, bela]) await reaches(person, 0, 1);
  assert.ok((await asha.tiles()).some((tile) => tile.startsWith('Bela')), (await asha.tiles()).join(' | '));
  for (const pair of await asha.page.evaluate(() => window.candidatePairs())) assert.equal(pair.protocol, 'udp');
  assert.equal(await asha.page.getByText(/media runs over/).count(), 0, 'nothing is said of a path that is as it should be');
  await bela.press('Leave the meeting');
  await bela.close();
});

test('where UDP is blocked people meet over TCP, and their page says so', async (context) => {
  const blocked = await openBrowser({ pages: false, fps: 10, preferences: { webrtc: { ip_handling_policy: 'disable_non_proxied_udp' } } });
  try {
    const start = Date.now();
    const people = [await joinMeeting(blocked, link, 'Chitra'), await joinMeeting(blocked, link, 'Dev')];
    for (const person of people) await reaches(person, 1, 2); // Asha has no camera
    context.diagnostic(`they see and hear each other ${Date.now() - start} ms after the first opened the link`);
    for (const { name, page } of people) {
      const pairs = await page.evaluate(() => window.candidatePairs());
      assert.ok(pairs.length >= 2, JSON.stringify(pairs));
      for (const pair of pairs) assert.equal(pair.protocol, 'tcp', `${name}: ${JSON.stringify(pairs)}`);
      await page.getByText('Your network blocks UDP, so media runs over TCP. Quality may suffer.').waitFor();
    }
    await reaches(asha, 2, 2);
    assert.equal(await asha.page.getByText(/media runs over/).count(), 0, 'Asha is not told of a detour that is not hers');
    for (const person of people) await person.press('Leave the meeting');
    await until('Asha is alone', async () => (await asha.tiles()).length === 1);
  } finally {
    await blocked.close();
  }
});

test('a link that has expired is said to have expired, and cannot be tried again', async () => {
  const late = await openTab(browser, 'Late');
  await late.goto(expired);
  await late.getByText('This link has expired').waitFor();
  await late.getByText('Ask whoever invited you for a new one').waitFor();
  assert.ok(await late.getByRole('button', { name: 'Join now' }).isDisabled());
  await late.close();
});

test('who opens it on a computer whose clock is slow hears the same from the server', async () => {
  const late = await openTab(browser, 'Late');
  await late.clock.setFixedTime(Date.now() - 3_600_000);
  await late.goto(expired);
  await late.getByLabel('Your name').fill('Late');
  assert.equal(await late.getByText('This link has expired').count(), 0, 'her own page takes the link for good');
  await late.getByRole('button', { name: 'Join now' }).click();
  await late.getByText('This link has expired').waitFor();
  assert.ok(await late.getByRole('button', { name: 'Join now' }).isDisabled());
  await late.close();
});

test('a full meeting says so, and lets the next one in when somebody leaves', async () => {
  administrate(server, 'tenant', 'create', 'small', '--quota', 'participants_per_meeting=1');
  const small = linkTo('standup', '--tenant', 'small');
  const inside = await joinMeeting(browser, small, 'Inside');
  const outside = await knock(browser, small, 'Outside');
  await outside.page.getByText('The meeting is full').waitFor();
  await outside.page.getByText('You can join as soon as somebody leaves').waitFor();
  await inside.press('Leave the meeting');
  await until('nobody is in that meeting', async () => (await server.status()).participants === 1); // Asha, in hers
  await outside.page.locator('form').getByRole('button', { name: 'Try again' }).click(); // the refused camera has one, too
  await outside.isIn();
});
