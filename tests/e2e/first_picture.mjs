// SPDX-License-Identifier: MIT
// Measures how long a viewer waits for the first picture: from the click on "join" to the first frame on its screen, in
// Chromium on loopback. A bench, not a test: `node tests/e2e/first_picture.mjs [joins] [--json]`.
import { openBrowser } from './lib/browser.mjs';
import { enter, publishAll } from './lib/call.mjs';
import { startServer } from './lib/server.mjs';
import { percentile, sleep } from './lib/wait.mjs';

const joins = Number(process.argv[2] ?? 40) || 40;
const json = process.argv.includes('--json');

const [server, browser] = await Promise.all([startServer({ name: 'first_picture' }), openBrowser()]);
try {
  const meeting = await server.openMeeting('first-picture');
  const camera = await enter(browser, server, meeting, 'camera', { receive: false });
  await publishAll([camera], { video: { width: 640, height: 360, frameRate: 30 }, audio: false });
  await sleep(2000); // the camera has been running for a while when somebody joins

  const samples = [];
  for (let join = 1; join <= joins; ++join) {
    const viewer = await browser.participant();
    const who = {
      meetingId: meeting.meetingId,
      participantId: `viewer-${join}`,
      instanceId: `${join}`,
      producerRouterId: meeting.producerRouterId,
      consumerRouterId: meeting.consumerRouterId,
    };
    samples.push(await viewer.timeToFirstPicture({ api: server.origin, who, target: 'camera' }));
    await viewer.leave();
    await viewer.closeTab();
    await sleep(150 + Math.random() * 400); // joins fall anywhere between two key frames
  }

  const totals = samples.map(({ total }) => total).sort((a, b) => a - b);
  const median = (name) => Math.round(percentile(samples.map((sample) => sample[name]).sort((a, b) => a - b), 0.5));
  const result = {
    joins,
    medianMs: Math.round(percentile(totals, 0.5)),
    p95Ms: Math.round(percentile(totals, 0.95)),
    maxMs: Math.round(totals.at(-1)),
    joinedMedianMs: median('joined'),
    consumedMedianMs: median('consumed'),
    connectedMedianMs: median('connected'),
  };
  if (json) {
    console.log(JSON.stringify(result));
  } else {
    console.log(`first picture over ${joins} joins: median ${result.medianMs} ms, p95 ${result.p95Ms} ms, max ${result.maxMs} ms`);
    console.log(
      `on the way there (medians): joined after ${result.joinedMedianMs} ms, consuming after ${result.consumedMedianMs} ms, ` +
        `connected after ${result.connectedMedianMs} ms`,
    );
    const edges = [50, 100, 150, 200, 250, 300, 400, 500, 600, 800, 1000, 1500, 2000, Infinity];
    let low = 0;
    for (const edge of edges) {
      const count = totals.filter((total) => total > low && total <= edge).length;
      if (count > 0) console.log(`${String(low).padStart(5)} - ${String(edge).padEnd(8)} ms ${String(count).padStart(3)} ${'#'.repeat(count)}`);
      low = edge;
    }
  }
} finally {
  await browser.close();
  await server.kill();
}
