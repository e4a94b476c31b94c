// SPDX-License-Identifier: MIT
// A network that lets only a TURN server through: Debian's coturn relays the meeting with the credentials that join hands out, and the
// page says that it took a detour.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { freePort, freePortRun } from './lib/ports.mjs';
import { startServer } from './lib/server.mjs';
import { allMeet, joinMeeting, printedLinks } from './lib/web_app.mjs';

const secret = 'a secret between coturn and us';
let coturn;
let server;
let browser;

before(async () => {
  const port = await freePort();
  const relays = await freePortRun(20);
  coturn = spawn(
    'turnserver',
    [
      '-n', '--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', `--listening-port=${port}`, `--min-port=${relays}`, `--max-port=${relays + 19}`,
      '--use-auth-secret', `--static-auth-secret=${secret}`, '--realm=test', '--allow-loopback-peers', '--no-tls', '--no-dtls', '--no-cli', '--log-file=stdout', '--pidfile=',
    ],
    { stdio: 'ignore' },
  );
  process.on('exit', () => coturn.kill('SIGKILL'));
  const env = { DEVELOPMENT: 'true', TURN_URLS: `turn:127.0.0.1:${port}?transport=udp`, TURN_SECRET: secret };
  server = await startServer({ name: 'turn', workers: 1, env });
  browser = await openBrowser({ pages: false });
  // As behind a firewall that stops everything else.
  await browser.context.addInitScript(() => {
    window.RTCPeerConnection = class extends window.RTCPeerConnection {
      constructor(configuration, ...rest) {
        super({ ...configuration, iceTransportPolicy: 'relay' }, ...rest);
      }
    };
  });
});
after(async () => {
  await browser?.close();
  await server?.kill();
  coturn?.kill('SIGKILL');
});

test('two people meet over the TURN server alone, and the page says so', async () => {
  const { meeting: link } = await printedLinks(server);
  const people = [await joinMeeting(browser, link, 'Asha'), await joinMeeting(browser, link, 'Bela')];
  await allMeet(people, { timeout: 20_000 });
  const pairs = await people[0].page.evaluate(() => window.candidatePairs());
  assert.ok(pairs.length >= 2, JSON.stringify(pairs));
  for (const pair of pairs) assert.equal(pair.local, 'relay', JSON.stringify(pairs));
  await people[0].page.getByText('media runs over a relay').waitFor({ timeout: 20_000 });
});
