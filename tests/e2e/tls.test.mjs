// SPDX-License-Identifier: MIT
// TLS without a proxy: with certificate files both ports speak it, people meet over https and wss, and renewed files are taken up by the
// running server, but only when they are whole.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { createAuthority, getTrusting, servedFingerprint } from './lib/certificates.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';
import { allMeet, joinMeeting, printedLinks } from './lib/web_app.mjs';

let authority;
let folder;
let first;
let server;
let browser;
let link;
let ports;
let people;
const sockets = new Map(); // each person's page -> addresses of the sockets it opened

const certificatePath = () => path.join(folder, 'certificate.pem');
const keyPath = () => path.join(folder, 'key.pem');
const install = ({ certificate, key }) => {
  fs.writeFileSync(certificatePath(), certificate);
  fs.writeFileSync(keyPath(), key);
};
const served = () => Promise.all(ports.map((port) => servedFingerprint(port, authority.pem)));
const timesLogged = (words) => server.log().split(words).length - 1;

before(async () => {
  authority = createAuthority();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dd-tls-'));
  first = authority.issue();
  install(first);
  const env = { DEVELOPMENT: 'true', TLS_CERTIFICATE_PATH: certificatePath(), TLS_KEY_PATH: keyPath() };
  [server, browser] = await Promise.all([
    startServer({ name: 'tls', workers: 1, env, authority: authority.pem }),
    openBrowser({ pages: false, fps: 10, extra: [authority.browserFlag] }),
  ]);
  ({ meeting: link } = await printedLinks(server));
  ports = [server.origin, server.controlOrigin].map((origin) => Number(new URL(origin).port));
  browser.context.on('page', (page) => {
    sockets.set(page, []);
    page.on('websocket', (socket) => sockets.get(page).push(socket.url()));
  });
});
after(async () => {
  await browser?.close();
  await server?.kill();
  authority?.remove();
  if (folder) fs.rmSync(folder, { recursive: true, force: true });
});

test('the media API and the portal both speak TLS, and nothing but TLS', async () => {
  assert.deepEqual(await served(), [first.fingerprint, first.fingerprint]);
  for (const origin of [server.origin, server.controlOrigin]) assert.equal((await getTrusting(`${origin}/health`, authority.pem)).status, 200);
  for (const port of ports) {
    const plain = new Promise((resolve, reject) => http.get({ host: '127.0.0.1', port, path: '/health', agent: false }, resolve).once('error', reject));
    await assert.rejects(plain, /socket hang up|ECONNRESET|Parse Error/);
  }
});

test('two people meet over the printed https link', async () => {
  assert.match(link, /^https:\/\/localhost:/);
  people = [await joinMeeting(browser, link, 'Asha'), await joinMeeting(browser, link, 'Bela')];
  await allMeet(people, { timeout: 20_000 });
  for (const { page } of people) {
    assert.equal(await page.evaluate(() => window.isSecureContext && location.protocol), 'https:');
    assert.deepEqual(sockets.get(page).map((url) => new URL(url).protocol), ['wss:']);
  }
});

test('half-written or broken files leave the old certificate in service', async () => {
  const next = authority.issue();
  const broken = {
    'half a certificate': { certificate: next.certificate.slice(0, 300), key: next.key },
    "another certificate's key": { certificate: first.certificate, key: next.key },
  };
  for (const [what, files] of Object.entries(broken)) {
    const said = timesLogged('certificate_not_reloaded');
    install(files);
    // Both listeners have looked once both have complained.
    await until(`both ports refuse ${what}`, () => timesLogged('certificate_not_reloaded') >= said + 2, { timeout: 15_000 });
    assert.deepEqual(await served(), [first.fingerprint, first.fingerprint], what);
  }
  assert.equal(timesLogged('certificate_reloaded'), 0);
});

test('renewed files are served to new connections, and the meeting goes on undisturbed', async (context) => {
  const renewed = authority.issue();
  const longest = await Promise.all(people.map((person) => person.watchGaps()));
  const start = Date.now();
  install(renewed);
  await until('both ports serve the renewed certificate', async () => (await served()).every((fingerprint) => fingerprint === renewed.fingerprint), { timeout: 15_000 });
  context.diagnostic(`served ${Date.now() - start} ms after the files were written`);

  // Who comes now comes over the new certificate, into the meeting that began under the old one.
  const chitra = await joinMeeting(browser, link, 'Chitra');
  await allMeet([...people, chitra], { timeout: 20_000 });
  const gaps = await Promise.all(longest.map((gap) => gap()));
  context.diagnostic(`longest gaps in ms: ${JSON.stringify(gaps)}`);
  for (const gap of gaps.flatMap(Object.values)) assert.ok(gap < 2000, `no gap of 2 s: ${JSON.stringify(gaps)}`);
  const [asha, bela] = people;
  await asha.press(/^Chat/);
  await asha.page.getByRole('textbox').fill('Still here');
  await asha.page.keyboard.press('Enter');
  await bela.press(/^Chat, 1 unread/);
  await bela.page.getByText('Still here', { exact: true }).waitFor();
  for (const { page } of people) assert.equal(sockets.get(page).length, 1, 'the socket of before is still in use');
});
