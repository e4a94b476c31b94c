// SPDX-License-Identifier: MIT
// Two people in one meeting, in real browser tabs: they see and hear each other over every way and with every codec.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { allSeeAndHear, assertProtocol, consumeEachOther, openCall } from './lib/call.mjs';
import { startServer } from './lib/server.mjs';

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer({ name: 'call' }), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

async function end(tabs, meeting) {
  await Promise.all(tabs.map((tab) => tab.closeTab()));
  await server.endMeeting(meeting.meetingId);
}

test('two participants see and hear each other over UDP', async () => {
  const meeting = await server.openMeeting('over-udp');
  const tabs = await openCall(browser, server, meeting);
  await allSeeAndHear(tabs);
  for (const tab of tabs) {
    await assertProtocol(tab, 'udp');
    const { receive } = await tab.transports();
    assert.ok(receive.currentRoundTripTime !== null, 'the connection measures its round trip');
  }
  await end(tabs, meeting);
});

test('two participants see and hear each other over TCP only', async () => {
  const meeting = await server.openMeeting('over-tcp');
  const tabs = await openCall(browser, server, meeting, { transport: { tcpOnly: true } });
  await allSeeAndHear(tabs);
  for (const tab of tabs) await assertProtocol(tab, 'tcp');
  await end(tabs, meeting);
});

test('a participant behind a firewall that passes only TCP sees one who uses UDP', async () => {
  const meeting = await server.openMeeting('over-both');
  const [alice, bob] = await Promise.all([
    openCall(browser, server, meeting, { names: ['alice'] }),
    openCall(browser, server, meeting, { names: ['bob'], transport: { tcpOnly: true } }),
  ]).then((calls) => calls.flat());
  await consumeEachOther([alice, bob]);
  await allSeeAndHear([alice, bob]);
  await assertProtocol(alice, 'udp');
  await assertProtocol(bob, 'tcp');
  await end([alice, bob], meeting);
});

for (const codec of ['VP8', 'H264', 'VP9', 'AV1']) {
  test(`two participants see each other with ${codec}`, async (context) => {
    const mimeType = `video/${codec}`;
    const meeting = await server.openMeeting(`with-${codec}`);
    const probe = await browser.participant();
    const able = await probe.capabilities();
    await probe.closeTab();
    if (!able.send.includes(mimeType) || !able.receive.includes(mimeType)) {
      await server.endMeeting(meeting.meetingId);
      return context.skip(`this Chromium cannot ${able.send.includes(mimeType) ? 'decode' : 'encode'} ${codec}`);
    }
    const tabs = await openCall(browser, server, meeting, { video: { codec: mimeType }, audio: false });
    const seen = await allSeeAndHear(tabs, { audio: false });
    for (const { video } of seen) assert.equal(video.codec, mimeType);
    await end(tabs, meeting);
  });
}
