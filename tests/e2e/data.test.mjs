// SPDX-License-Identifier: MIT
// Data channels: a message sent by one participant arrives at another, whole and in order.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { enter } from './lib/call.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer({ name: 'data' }), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

for (const [where, consumerWorker] of [
  ['on one worker', 0],
  ['across two workers', 1],
]) {
  test(`data channel messages arrive, in order, ${where}`, async () => {
    const meeting = await server.openMeeting(`data-${consumerWorker}`, { producerWorker: 0, consumerWorker });
    const events = await server.events({ meetingId: meeting.meetingId });
    const alice = await enter(browser, server, meeting, 'alice');
    const bob = await enter(browser, server, meeting, 'bob');

    const { dataProducerId } = await alice.produceData({ label: 'chat' });
    await events.of('dataProducer.created', { dataProducerId });
    const { label } = await bob.consumeData(dataProducerId);
    assert.equal(label, 'chat');

    const long = 'x'.repeat(100_000);
    await until('the first message arrives', async () => {
      await alice.sendData(dataProducerId, 'hello'); // until the channel is open on his side too
      return (await bob.messages()).length > 0;
    }, { interval: 200 });
    const sent = ['one', 'two', 'three', long];
    for (const message of sent) await alice.sendData(dataProducerId, message);
    await until('all messages arrive', async () => (await bob.messages()).includes(long));
    assert.deepEqual((await bob.messages()).filter((message) => message !== 'hello'), sent);

    await server.post('closeData', { meetingId: meeting.meetingId, participantId: 'alice', dataProducerIds: [dataProducerId], dataConsumerIds: [] });
    await events.of('dataProducer.closed', { dataProducerId });
    await events.close();
    await server.endMeeting(meeting.meetingId);
  });
}
