// SPDX-License-Identifier: MIT
// A call between browser tabs, and the question every test of it asks: does one see and hear the other, now?
import assert from 'node:assert/strict';

import { sleep, until } from './wait.mjs';

let joined = 0;

// One more participant in the meeting, in a tab of its own.
export async function enter(browser, server, meeting, participantId, options = {}) {
  const tab = await browser.participant();
  tab.who = {
    meetingId: meeting.meetingId,
    participantId,
    instanceId: `tab-${++joined}`,
    producerRouterId: meeting.producerRouterId,
    consumerRouterId: meeting.consumerRouterId,
  };
  tab.joined = await tab.join({ api: server.origin, who: tab.who, ...options });
  return tab;
}

// Two participants who publish and consume each other. `video` and `audio` are options of publish(), or false.
export async function openCall(browser, server, meeting, { names = ['alice', 'bob'], video = {}, audio = {}, transport } = {}) {
  const tabs = await Promise.all(names.map((name) => enter(browser, server, meeting, name, { transport })));
  await publishAll(tabs, { video, audio });
  await consumeEachOther(tabs);
  return tabs;
}

export async function publishAll(tabs, { video = {}, audio = {} } = {}) {
  for (const tab of tabs) {
    tab.published = {};
    if (video) tab.published.video = await tab.publish({ kind: 'video', width: 320, height: 180, frameRate: 20, ...video });
    if (audio) tab.published.audio = await tab.publish({ kind: 'audio', ...audio });
  }
}

export async function consumeEachOther(tabs) {
  await Promise.all(
    tabs.map(async (tab) => {
      const targets = {};
      for (const other of tabs.filter((one) => one !== tab)) {
        targets[other.who.participantId] = Object.fromEntries(
          Object.entries(other.published).map(([kind, { producerId }]) => [kind, producerId]),
        );
      }
      tab.consumed = await tab.consume(targets);
    }),
  );
}

export const consumerOf = (tab, target, kind) =>
  tab.consumed.find((consumer) => consumer.target === target && consumer.kind === kind).consumerId;

// Resolves once new frames and (unless audio is false) new sound of `target` have reached `tab` since the call began.
export async function seesAndHears(tab, target, { video = true, audio = true, timeout = 15_000, frames = 5 } = {}) {
  const before = (await tab.received())[target];
  return until(
    `${tab.who.participantId} sees${audio ? ' and hears' : ''} ${target}`,
    async () => {
      const now = (await tab.received())[target];
      const seen = !video || now.video.framesDecoded >= before.video.framesDecoded + frames;
      const heard = !audio || now.audio.audioEnergy > before.audio.audioEnergy;
      return seen && heard && now;
    },
    { timeout, interval: 100 },
  );
}

export const allSeeAndHear = (tabs, options) =>
  Promise.all(
    tabs.flatMap((tab) =>
      tabs.filter((other) => other !== tab).map((other) => seesAndHears(tab, other.who.participantId, options)),
    ),
  );

// Frames of `target` decoded by `tab` during `milliseconds`.
export async function framesDuring(tab, target, milliseconds) {
  const before = (await tab.received())[target].video;
  await sleep(milliseconds);
  const after = (await tab.received())[target].video;
  return { frames: after.framesDecoded - before.framesDecoded, freezes: after.freezeCount - before.freezeCount };
}

export async function assertProtocol(tab, protocol) {
  const { send, receive } = await tab.transports();
  for (const [side, stats] of Object.entries({ send, receive })) {
    if (!stats) continue;
    assert.equal(stats.protocol, protocol, `${tab.who.participantId}'s ${side} transport runs over ${protocol}`);
    assert.equal(stats.connectionState, 'connected');
  }
}
