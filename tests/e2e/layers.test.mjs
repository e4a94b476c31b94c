// SPDX-License-Identifier: MIT
// A viewer chooses how much of a layered stream it gets, and gets it: simulcast of three sizes, and SVC.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { consumerOf, enter, publishAll } from './lib/call.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer({ name: 'layers' }), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

// One camera, one viewer, and what the viewer's picture measures.
async function show(meeting, video) {
  const camera = await enter(browser, server, meeting, 'camera', { receive: false });
  const viewer = await enter(browser, server, meeting, 'viewer', { send: false });
  await publishAll([camera], { video, audio: false });
  viewer.published = {};
  viewer.consumed = await viewer.consume({ camera: { video: camera.published.video.producerId } });
  const consumerId = consumerOf(viewer, 'camera', 'video');
  const ask = (layers) =>
    server.post('setPreferredLayers', { meetingId: meeting.meetingId, participantId: 'viewer', consumerId, ...layers });
  const height = async () => (await viewer.received()).camera.video.frameHeight;
  const becomes = (pixels, timeout = 20_000) =>
    until(`the viewer's picture is ${pixels} lines high`, async () => (await height()) === pixels, { timeout, interval: 100 }).catch(
      async (error) => {
        throw new Error(`${error.message}; it is ${await height()}`);
      },
    );
  return { camera, viewer, consumerId, ask, height, becomes };
}

async function end(meeting, { camera, viewer }) {
  await Promise.all([camera.closeTab(), viewer.closeTab()]);
  await server.endMeeting(meeting.meetingId);
}

test('the size of a simulcast picture follows setPreferredLayers down and up, and the event stream says so', async () => {
  const meeting = await server.openMeeting('simulcast');
  const events = await server.events({ meetingId: meeting.meetingId });
  const shown = await show(meeting, { simulcast: true, width: 1280, height: 720, frameRate: 15 });
  await shown.becomes(720, 30_000);

  const layersAfter = (from, spatialLayer) =>
    events.next(
      `the viewer's layer becomes ${spatialLayer}`,
      ({ type, data }) => type === 'consumer.layers' && data.consumerId === shown.consumerId && data.layers?.spatialLayer === spatialLayer,
      { from, timeout: 20_000 },
    );

  let from = events.events.length;
  await shown.ask({ spatialLayer: 0 });
  await shown.becomes(180);
  await layersAfter(from, 0);

  from = events.events.length;
  await shown.ask({ spatialLayer: 1, temporalLayer: 2 });
  await shown.becomes(360);
  await layersAfter(from, 1);

  from = events.events.length;
  await shown.ask({ spatialLayer: 2 });
  await shown.becomes(720);
  await layersAfter(from, 2);

  await events.close();
  await end(meeting, shown);
});

test('a viewer of an SVC stream (VP9 L3T3) gets the spatial layer it asked for', async (context) => {
  const meeting = await server.openMeeting('svc');
  const probe = await browser.participant();
  const { send } = await probe.capabilities();
  await probe.closeTab();
  if (!send.includes('video/VP9')) return context.skip('this Chromium cannot encode VP9');

  const shown = await show(meeting, {
    codec: 'video/VP9',
    scalabilityMode: 'L3T3',
    maxBitrate: 2_000_000,
    width: 1280,
    height: 720,
    frameRate: 15,
  });
  await shown.becomes(720, 30_000);
  await shown.ask({ spatialLayer: 0 });
  await shown.becomes(180);
  await shown.ask({ spatialLayer: 2, temporalLayer: 2 });
  await shown.becomes(720);
  await end(meeting, shown);
});

test('a lower temporal layer halves the frame rate', async () => {
  const meeting = await server.openMeeting('temporal');
  const shown = await show(meeting, { simulcast: true, width: 640, height: 360, frameRate: 24 });
  const rate = async () => {
    const first = (await shown.viewer.received()).camera.video.framesDecoded;
    const start = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return (((await shown.viewer.received()).camera.video.framesDecoded - first) * 1000) / (Date.now() - start);
  };
  await until('a full frame rate', async () => (await rate()) > 14, { timeout: 20_000 });
  await shown.ask({ spatialLayer: 2, temporalLayer: 0 });
  await until('a quarter of the frame rate', async () => (await rate()) < 10, { timeout: 15_000 });
  await end(meeting, shown);
});

test('a consumer\'s priority can be set and a key frame asked for', async () => {
  const meeting = await server.openMeeting('priority');
  const shown = await show(meeting, { width: 320, height: 180, frameRate: 15 });
  await until('a picture', async () => (await shown.height()) > 0, { timeout: 15_000 });
  const whose = { meetingId: meeting.meetingId, participantId: 'viewer', consumerId: shown.consumerId };
  await server.post('setConsumerPriority', { ...whose, priority: 7 });
  await server.post('requestKeyFrame', whose);
  const foreign = await server.request('POST', '/v1/requestKeyFrame', { ...whose, participantId: 'camera' });
  assert.ok(foreign.status >= 400 && foreign.status < 500, `somebody else's consumer is refused, got ${foreign.status}`);
  await end(meeting, shown);
});
