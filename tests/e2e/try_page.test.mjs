// SPDX-License-Identifier: MIT
// The page that `make run` points a newcomer to: two tabs, one room, a call; also on a phone, and after a worker's death.
// Its pictures are kept in test-output/ for eyes to judge.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { outputFolder, repository, startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([
    startServer({
      name: 'try_page',
      env: { DEVELOPMENT: 'true', TRY_PAGE_DIR: path.join(repository, 'web', 'try', 'dist') },
    }),
    openBrowser({ pages: false }),
  ]);
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

async function open({ name, room, tcp = false, viewport, colorScheme }) {
  const page = await browser.context.newPage();
  page.complaints = [];
  page.on('console', (message) => message.type() === 'error' && page.complaints.push(message.text()));
  page.on('pageerror', (error) => page.complaints.push(error.message));
  if (viewport) await page.setViewportSize(viewport);
  if (colorScheme) await page.emulateMedia({ colorScheme });
  await page.goto(`${server.origin}/try/?room=${room}`);
  await page.getByLabel('Your name').fill(name);
  if (tcp) {
    await page.getByText('Connection').click();
    await page.getByLabel(/TCP only/).check();
  }
  return page;
}

const join = (page) => page.getByRole('button', { name: 'Join' }).click();

// The picture of `name` on this page moves.
const sees = (page, name) =>
  until(
    `a moving picture of ${name}`,
    () =>
      page.evaluate(async (label) => {
        const video = document.querySelector(`video[aria-label="Picture of ${label}"]`);
        if (!video || video.videoWidth === 0) return false;
        const frames = () => video.getVideoPlaybackQuality().totalVideoFrames;
        const before = frames();
        await new Promise((resolve) => setTimeout(resolve, 400));
        return frames() > before;
      }, name),
    { timeout: 20_000, interval: 200 },
  );

const shot = (page, name) => page.screenshot({ path: path.join(outputFolder, `try-${name}.png`) });

test('two tabs of the try page see each other, mute, stop the camera, and leave', async () => {
  const asha = await open({ name: 'Asha', room: 'tea-break' });
  await shot(asha, 'lobby');
  const jürgen = await open({ name: 'Jürgen', room: 'tea-break', tcp: true, viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
  await join(asha);
  await asha.getByText('Nobody else is here yet').waitFor();
  await shot(asha, 'alone');
  await join(jürgen);
  await sees(asha, 'Jürgen');
  await sees(jürgen, 'Asha');
  await asha.getByText(/Connected · UDP/).waitFor();
  await jürgen.getByText(/Connected · TCP/).waitFor();
  await shot(asha, 'desktop-light');
  await shot(jürgen, 'phone-dark');
  await asha.emulateMedia({ colorScheme: 'dark' });
  await shot(asha, 'desktop-dark');
  await jürgen.emulateMedia({ colorScheme: 'light' });
  await shot(jürgen, 'phone-light');

  const tile = (page, name) => page.getByRole('listitem').filter({ hasText: name });
  await asha.getByRole('button', { name: 'Mute', exact: true }).click();
  await tile(jürgen, 'Asha').getByText('muted').waitFor();
  await asha.getByRole('button', { name: 'Unmute' }).click();
  await tile(jürgen, 'Asha').getByText('muted').waitFor({ state: 'hidden' });

  await asha.getByRole('button', { name: 'Stop camera' }).click();
  await jürgen.locator('.person.dark', { hasText: 'Asha' }).waitFor();
  await asha.getByRole('button', { name: 'Start camera' }).click();
  await jürgen.locator('.person.dark', { hasText: 'Asha' }).waitFor({ state: 'detached' });
  await sees(jürgen, 'Asha');

  await jürgen.getByRole('button', { name: 'Leave' }).click();
  await tile(asha, 'Jürgen').waitFor({ state: 'detached' });
  assert.deepEqual(asha.complaints, []);
  assert.deepEqual(jürgen.complaints, []);
  await Promise.all([asha.close(), jürgen.close()]);
});

test('a tab of the try page that is closed disappears from the others at once', async () => {
  const asha = await open({ name: 'Asha', room: 'closing' });
  const ravi = await open({ name: 'Ravi', room: 'closing' });
  await Promise.all([join(asha), join(ravi)]);
  await sees(asha, 'Ravi');
  await ravi.close({ runBeforeUnload: false });
  await asha.getByRole('listitem').filter({ hasText: 'Ravi' }).waitFor({ state: 'detached', timeout: 5000 });
  await asha.close();
});

test('the try page rebuilds the call by itself when its worker is killed', async (context) => {
  const asha = await open({ name: 'Asha', room: 'healing' });
  const ravi = await open({ name: 'Ravi', room: 'healing' });
  await join(asha);
  await until('she is in', async () => (await server.status()).participants === 1);
  await join(ravi);
  await Promise.all([sees(asha, 'Ravi'), sees(ravi, 'Asha')]);
  const { routers } = await server.post('getRoutersOfMeeting', { meetingId: 'healing' });
  const worker = (await server.status()).workers.find(({ workerId }) => workerId === routers[0].workerId);
  const killedAt = Date.now();
  process.kill(worker.pid, 'SIGKILL');
  await until('the tile goes dark', () => asha.locator('.person.dark').count(), { timeout: 5000 }).catch(() => {});
  await Promise.all([sees(asha, 'Ravi'), sees(ravi, 'Asha')]);
  context.diagnostic(`both see each other again ${Date.now() - killedAt} ms after the kill`);
  await Promise.all([asha.close(), ravi.close()]);
});

test('without a camera and microphone the try page says so and lets one watch', async () => {
  const asha = await open({ name: 'Asha', room: 'watching' });
  const guest = await open({ name: 'Guest', room: 'watching' });
  await guest.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  });
  await Promise.all([join(asha), join(guest)]);
  await sees(guest, 'Asha');
  await guest.getByText('this browser was told not to allow that').waitFor();
  await shot(guest, 'watching');
  await Promise.all([asha.close(), guest.close()]);
});

test('when the server cannot be reached the try page says so', async () => {
  const asha = await open({ name: 'Asha', room: 'unreachable' });
  await asha.route('**/v1/**', (route) => route.abort());
  await join(asha);
  await asha.getByRole('alert').getByText(/server/).waitFor();
  await shot(asha, 'unreachable');
  await asha.close();
});
