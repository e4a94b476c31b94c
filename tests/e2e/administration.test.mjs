// SPDX-License-Identifier: MIT
// The command line of administration beside a running server: what it makes opens meetings, what it retires or bounds is refused.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { administrate, tryToAdministrate } from './lib/command.mjs';
import { startServer } from './lib/server.mjs';
import { sleep, until } from './lib/wait.mjs';
import { allMeet, joinMeeting, knock } from './lib/web_app.mjs';

const kUntilSeen = 2500; // milliseconds; a replica sees what was changed within two seconds

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer({ name: 'administration' }), openBrowser({ pages: false })]);
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

const command = (...words) => administrate(server, ...words);
const refusal = (...words) => {
  const { status, stderr } = tryToAdministrate(server, ...words);
  assert.notEqual(status, 0, `${words.join(' ')} is refused`);
  return stderr;
};
const link = (...words) => command('token', '--tenant', 'acme', '--meeting', 'standup', '--link', ...words).trim();

test('a tenant that was made on the command line has a key, and its links open a meeting', async () => {
  const made = command('tenant', 'create', 'acme', '--name', 'Acme Ltd', '--quota', 'participants_per_meeting=2');
  assert.match(made, /^tenant {2}acme\nkey {5}acme\.[\w-]{8}\nsecret {2}\S{32,}\n$/);
  assert.match(command('tenant', 'list'), /^acme\s+active\s+Acme Ltd$/m);
  assert.match(command('tenant', 'quota', 'acme'), /^participants_per_meeting\s+2$/m);
  const people = [await joinMeeting(browser, link(), 'Asha'), await joinMeeting(browser, link(), 'Bela')];
  await allMeet(people, { timeout: 20_000 });
});

test('a quota that is reached is told in the lobby, and lifting it lets people in', async () => {
  const chitra = await knock(browser, link(), 'Chitra');
  await chitra.page.getByText(/full/i).first().waitFor();
  command('tenant', 'quota', 'acme', 'participants_per_meeting=none');
  await sleep(kUntilSeen);
  await chitra.press('Try again');
  await chitra.isIn();
});

test('usage of the meeting is printed as CSV', async () => {
  await until('participant seconds are written', async () => /^acme,\d{4}-\d\d-\d\d,participant_seconds,[1-9]\d*$/m.test(command('tenant', 'usage', 'acme')), { timeout: 45_000, interval: 1000 });
});

test('keys rotate: the new one signs, and what the retired one signed is refused', async () => {
  const old = /^(acme\.[\w-]+)/m.exec(command('tenant', 'key', 'list', 'acme'))[1];
  const signedByOld = link();
  assert.match(command('tenant', 'key', 'add', 'acme'), /^key {5}acme\.[\w-]{8}\nsecret/);
  assert.match(command('tenant', 'key', 'retire', 'acme', old), /retires/);
  await sleep(kUntilSeen);
  const person = await joinMeeting(browser, link(), 'Dev');
  await person.close();
  const late = await knock(browser, signedByOld, 'Late');
  await late.page.getByText(/link/i).first().waitFor();
  assert.equal(await late.page.getByRole('region', { name: 'Call controls' }).count(), 0);
});

test('what cannot be done is said, with the reason', () => {
  assert.match(refusal('tenant', 'create', 'acme'), /there is a tenant acme already/);
  assert.match(refusal('tenant', 'quota', 'nobody', 'meetings=1'), /there is no tenant nobody/);
  assert.match(refusal('tenant', 'quota', 'acme', 'bananas=1'), /no quota called bananas/);
  assert.match(refusal('tenant', 'usage', 'acme', '--from', 'yesterday'), /from is no day/);
  assert.match(refusal('token', '--tenant', 'acme', '--meeting', 'a b'), /meeting/);
});
