// SPDX-License-Identifier: MIT
// Several processes over one MariaDB: a control plane and two media servers. When the server that carries a meeting dies or is emptied, its
// people go on on the other one, without a click.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { startMariaDb } from './lib/mariadb.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';
import { allMeet, joinMeeting, printedLinks, tabTraffic } from './lib/web_app.mjs';

const longestGapMs = Number(process.env.DD_DRAIN_GAP_MS ?? 2000); // more where the workers run under sanitizers

let mariadb;
let control;
let media = [];
let browser;

const startMedia = (number) => startServer({ name: `cluster-media-${number}`, role: 'media', workers: 1, database: mariadb.url });

before(async () => {
  [mariadb, browser] = await Promise.all([startMariaDb(), openBrowser({ pages: false })]);
  control = await startServer({ name: 'cluster-control', role: 'control', database: mariadb.url, ready: false, env: { DEVELOPMENT: 'true' } });
});
beforeEach(async () => {
  media = [...media.filter(({ exited }) => !exited)];
  while (media.length < 2) media.push(await startMedia(media.length));
  await until('the control plane can place meetings', async () => (await fetch(`${control.controlOrigin}/ready`)).status === 200, { timeout: 20_000 });
});
after(async () => {
  await browser?.close();
  await Promise.all([control, ...media].map((server) => server?.kill()));
  await mariadb?.stop();
});

const carriesMeeting = async (server) => (await server.status()).meetings > 0;

async function meet() {
  const { meeting: link } = await printedLinks(control);
  const people = [await joinMeeting(browser, link, 'Asha'), await joinMeeting(browser, link, 'Bela')];
  await allMeet(people, { timeout: 20_000 });
  const [first, second] = media;
  return { people, [(await carriesMeeting(first)) ? 'own' : 'other']: first, [(await carriesMeeting(second)) ? 'own' : 'other']: second };
}

async function part(people) {
  await Promise.all(people.map((person) => person.press('Leave the meeting')));
  await Promise.all(people.map((person) => person.close()));
}

test('a media server that is emptied hands its meeting over with gaps under two seconds', async (context) => {
  const { people, own, other } = await meet();
  const longest = await Promise.all(people.map((person) => person.watchGaps()));
  own.child.kill('SIGTERM');
  await until('the other server carries the meeting', () => carriesMeeting(other), { timeout: 20_000 });
  await own.exit;
  await allMeet(people);
  const gaps = await Promise.all(longest.map((gap) => gap()));
  context.diagnostic(`longest gaps in ms: ${JSON.stringify(gaps)}`);
  for (const gap of gaps.flatMap(Object.values)) assert.ok(gap < longestGapMs, `no gap of ${longestGapMs} ms: ${JSON.stringify(gaps)}`);
  await part(people);
});

test('a media server that is killed is replaced, and its people see each other again within 15 seconds', async (context) => {
  const { people, own, other } = await meet();
  const start = Date.now();
  await own.kill();
  await until('the other server carries the meeting', () => carriesMeeting(other), { timeout: 15_000 });
  context.diagnostic(`the other server has the meeting after ${Date.now() - start} ms`);
  await allMeet(people, { timeout: 15_000 });
  const took = Date.now() - start;
  context.diagnostic(`all see and hear each other again after ${took} ms`);
  assert.ok(took < 15_000, `${took} ms`);
  await part(people);
});

test('all that the pages and the server said to each other is as docs/signaling.schema.json says', () => tabTraffic.assertValid());
