// SPDX-License-Identifier: MIT
// Two control replicas over one MariaDB and one Redis: whoever came by the one and whoever came by the other are in the same meeting.
// And a database that is away for a minute in the middle of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { startMariaDb } from './lib/mariadb.mjs';
import { startRedis } from './lib/redis.mjs';
import { startServer } from './lib/server.mjs';
import { sleep, until } from './lib/wait.mjs';
import { allMeet, joinMeeting, knock, printedLinks } from './lib/web_app.mjs';

let mariadb;
let redis;
let replicas = [];
let media;
let browser;
let links;
let people;

before(async () => {
  [mariadb, redis, browser] = await Promise.all([startMariaDb(), startRedis(), openBrowser({ pages: false })]);
  const control = { role: 'control', database: mariadb.url, ready: false, env: { DEVELOPMENT: 'true', REDIS_URL: redis.url } };
  replicas.push(await startServer({ name: 'replicas-control-1', ...control }));
  replicas.push(await startServer({ name: 'replicas-control-2', ...control }));
  media = await startServer({ name: 'replicas-media', role: 'media', workers: 1, database: mariadb.url });
  await Promise.all(
    replicas.map((replica) => until('the replica can place meetings', async () => (await fetch(`${replica.controlOrigin}/ready`)).status === 200, { timeout: 20_000 })),
  );
  links = (await Promise.all(replicas.map(printedLinks))).map(({ meeting }) => meeting);
});
after(async () => {
  await browser?.close();
  await Promise.all([...replicas, media].map((server) => server?.kill()));
  await redis?.stop();
  await mariadb?.stop();
});

test('people who came by different replicas see, hear and read each other', async () => {
  people = [await joinMeeting(browser, links[0], 'Asha'), await joinMeeting(browser, links[1], 'Bela')];
  await allMeet(people, { timeout: 20_000 });
  const [asha, bela] = people;
  await asha.press(/^Chat/);
  await asha.page.getByRole('textbox').fill('Across replicas');
  await asha.page.keyboard.press('Enter');
  await bela.press(/^Chat, 1 unread/);
  await bela.page.getByText('Across replicas', { exact: true }).waitFor();
});

test('a database that is away for a minute is noticed by nobody in the meeting; who comes is told, and gets in afterwards', async (context) => {
  const longest = await Promise.all(people.map((person) => person.watchGaps()));
  await mariadb.kill();
  const stopped = Date.now();
  const chitra = await knock(browser, links[0], 'Chitra');
  await until(
    'who comes now is told',
    async () => {
      const says = await chitra.page.locator('main').innerText();
      if (/not available|did not answer/.test(says)) return true;
      throw new Error(`the page says: ${says}`);
    },
    { timeout: 45_000 }, // the SDK tries for some twenty seconds before it gives up
  );
  context.diagnostic(`who comes is told ${Date.now() - stopped} ms after the database went`);
  assert.equal((await fetch(`${replicas[0].controlOrigin}/ready`)).status, 503);
  await sleep(60_000 - (Date.now() - stopped));
  const gaps = await Promise.all(longest.map((gap) => gap()));
  context.diagnostic(`longest gaps in ms: ${JSON.stringify(gaps)}`);
  for (const gap of gaps.flatMap(Object.values)) assert.ok(gap < 2000, `no gap of 2 s: ${JSON.stringify(gaps)}`);

  await mariadb.start();
  await until('the replicas are ready again', async () => (await fetch(`${replicas[0].controlOrigin}/ready`)).status === 200, { timeout: 20_000 });
  await chitra.press('Try again');
  await chitra.isIn();
  await until('everybody has three tiles', async () => (await Promise.all(people.map((person) => person.tiles()))).every((tiles) => tiles.length === 3));
  await Promise.all(people.map((person) => person.seesAndHears(2, { timeout: 20_000 })));
});
