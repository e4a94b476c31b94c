// SPDX-License-Identifier: MIT
// What the log must never hold, whatever its level: addresses of people, ICE passwords, DTLS fingerprints, keys.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { allSeeAndHear, openCall } from './lib/call.mjs';
import { startServer } from './lib/server.mjs';

const apiKey = 'k3y-which-nobody-should-read-in-a-log';
let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([
    startServer({ name: 'privacy', env: { LOG_LEVEL: 'trace', MEDIA_API_KEY: apiKey, ALLOWED_NETWORKS: '127.0.0.0/8' } }),
    openBrowser(),
  ]);
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

test('after a call the log at its most talkative holds no address, ICE password, fingerprint or key', async () => {
  const meeting = await server.openMeeting('private');
  const tabs = await openCall(browser, server, meeting);
  await allSeeAndHear(tabs);
  await tabs[0].restartIce();

  // The secrets of this very call, from both ends.
  const secrets = new Set([apiKey]);
  for (const tab of tabs) {
    for (const text of await tab.descriptions()) {
      for (const [, value] of text.matchAll(/a=(?:ice-pwd|fingerprint:\S+|ice-ufrag)[: ](\S+)/g)) secrets.add(value);
    }
  }
  assert.ok(secrets.size > 8, 'the call has secrets to look for');
  await server.request('POST', '/v1/joinMeeting', '{"bad":', { authorization: `Bearer ${apiKey}` });
  await server.request('POST', '/v1/endMeeting', { meetingId: 'private', token: apiKey }, { 'x-api-key': apiKey });
  for (const tab of tabs) await tab.leave();
  await server.endMeeting('private');
  await server.terminate();

  const log = server.log();
  assert.ok(log.length > 200, 'the server logs');
  for (const secret of secrets) assert.ok(!log.includes(secret), `the log holds ${secret}`);

  // Whatever binds or announces at the start may name this machine; people's addresses come with a port or a candidate.
  const lines = log.split('\n').filter((line) => /\b(?:\d{1,3}\.){3}\d{1,3}\b/.test(line) && !/"?(listen|address|announced|host)"?[=:]/i.test(line));
  assert.deepEqual(lines, [], 'no line names an IP address');
  assert.doesNotMatch(log, /candidate:\S+ \d udp/i);
  assert.doesNotMatch(log, /(?:[0-9A-F]{2}:){15,}[0-9A-F]{2}/i, 'no fingerprint');
});
