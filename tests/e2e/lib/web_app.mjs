// SPDX-License-Identifier: MIT
// A person who uses the web app: opens a link in a tab, gives a name, joins, and can be asked what reaches her. Her tab is operated by
// what it shows (roles and labels); what she sees and hears is read from the statistics of the tab's own connections.
import { SignalingTraffic } from './signaling_schema.mjs';
import { sleep, until } from './wait.mjs';

// What all tabs of this process say and hear on their WebSockets, for a test to judge at its end.
export const tabTraffic = new SignalingTraffic();

// The links that a development server prints when all of it has started, which is a moment after its media API answers.
export async function printedLinks(server) {
  const after = (words) => new RegExp(`${words}\\s+(\\S+)\\s`).exec(server.log())?.[1];
  await until('the server prints its links', () => after('servers and tenants'));
  return { meeting: after('open in two windows'), operator: after('servers and tenants') };
}

export async function openTab(browser, name = 'tab', traffic = tabTraffic) {
  const page = await browser.context.newPage();
  page.on('pageerror', (error) => console.error(`${name}: ${error.message}`));
  page.on('websocket', (socket) => {
    if (!socket.url().endsWith('/signaling')) return;
    const check = traffic.socket();
    socket.on('framesent', ({ payload }) => check(payload, 'toServer'));
    socket.on('framereceived', ({ payload }) => check(payload, 'toClient'));
  });
  await page.addInitScript(() => {
    const connections = [];
    window.RTCPeerConnection = class extends window.RTCPeerConnection {
      constructor(...options) {
        super(...options);
        connections.push(this);
      }
    };
    // Reports of one type of all open connections, each with the reports it may refer to.
    const reportsOf = async (type) => {
      const open = connections.filter(({ connectionState }) => connectionState !== 'closed');
      const all = await Promise.all(open.map((connection) => connection.getStats()));
      return all.flatMap((reports) => [...reports.values()].filter((report) => report.type === type).map((report) => ({ report, reports })));
    };
    // What arrived so far, by the sender's track: frames decoded and sound energy.
    window.arrived = async () => {
      const arrived = {};
      for (const { report } of await reportsOf('inbound-rtp')) {
        arrived[`${report.kind} ${report.ssrc}`] = report.kind === 'video' ? (report.framesDecoded ?? 0) : (report.totalAudioEnergy ?? 0);
      }
      return arrived;
    };
    // What arrived by what is shown: frames of each of the others' tiles, and when any sound was played last. It asks for no statistics,
    // which take the connections' threads from the media that is being watched.
    window.progress = () => {
      const receivers = connections.filter(({ connectionState }) => connectionState !== 'closed').flatMap((connection) => connection.getReceivers());
      const progress = { sound: Math.max(0, ...receivers.flatMap((receiver) => receiver.getSynchronizationSources().map(({ timestamp }) => timestamp))) };
      for (const tile of document.querySelectorAll('[data-tile]')) {
        const name = tile.getAttribute('aria-label').split(',')[0];
        if (!name.startsWith('You')) progress[`picture of ${name}`] = tile.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0;
      }
      return progress;
    };
    window.candidatePairs = async () => {
      const pairs = await reportsOf('candidate-pair');
      return pairs
        .filter(({ report }) => report.nominated && report.state === 'succeeded')
        .map(({ report, reports }) => {
          const { candidateType, protocol } = reports.get(report.localCandidateId) ?? {};
          return { local: candidateType, protocol };
        });
    };
  });
  return page;
}

// Somebody who opened the link and pressed "Join now"; whether she gets in is for the test to see.
export async function knock(browser, link, name, traffic) {
  const page = await openTab(browser, name, traffic);
  await page.goto(link);
  const person = new Person(page, name);
  await person.knock();
  return person;
}

export async function joinMeeting(browser, link, name, traffic) {
  const person = await knock(browser, link, name, traffic);
  await person.isIn();
  return person;
}

class Person {
  constructor(page, name) {
    Object.assign(this, { page, name });
  }

  // From the lobby into the meeting.
  async enter() {
    await this.knock();
    await this.isIn();
  }

  async knock() {
    await this.page.getByLabel('Your name').fill(this.name);
    await this.press('Join now');
  }

  async isIn() {
    try {
      await this.page.getByRole('region', { name: 'Call controls' }).waitFor({ timeout: 10_000 });
    } catch {
      throw new Error(`${this.name} is not in the meeting; her page says: ${await this.page.locator('main').innerText()}`);
    }
  }

  press(label) {
    return this.page.getByRole('button', { name: label }).click();
  }

  // The labels of the tiles: "You", "Asha, muted", ...
  tiles() {
    return this.page.locator('[data-tile]').evaluateAll((tiles) => tiles.map((tile) => tile.getAttribute('aria-label')));
  }

  // How many pictures and sounds moved on in the last moment.
  async reaches(during = 400) {
    const before = await this.page.evaluate(() => window.arrived());
    await sleep(during);
    const now = await this.page.evaluate(() => window.arrived());
    const growing = (kind) => Object.keys(now).filter((key) => key.startsWith(kind) && now[key] > (before[key] ?? 0)).length;
    return { pictures: growing('video'), sounds: growing('audio') };
  }

  async seesAndHears(others, { timeout = 10_000 } = {}) {
    let last;
    await until(
      `${this.name} sees and hears ${others} others`,
      async () => {
        last = await this.reaches();
        if (last.pictures === others && last.sounds === others) return true;
        throw new Error(`${last.pictures} pictures and ${last.sounds} sounds arrive`);
      },
      { timeout },
    );
  }

  // Starts to watch for how long nothing moves on; the function it answers ends that and tells the longest time of each picture and of
  // the sound, in milliseconds.
  async watchGaps() {
    await this.page.evaluate(() => {
      const gaps = (window.gaps = { longest: {}, last: {}, seen: window.progress() });
      for (const key of Object.keys(gaps.seen)) gaps.last[key] = performance.now();
      gaps.look = () => {
        const seen = window.progress();
        const at = performance.now();
        for (const key of Object.keys(gaps.last)) {
          gaps.longest[key] = Math.max(gaps.longest[key] ?? 0, Math.round(at - gaps.last[key]));
          if (seen[key] !== undefined && seen[key] !== gaps.seen[key]) gaps.last[key] = at;
        }
        gaps.seen = seen;
      };
      gaps.timer = setInterval(gaps.look, 50);
    });
    return () =>
      this.page.evaluate(() => {
        clearInterval(window.gaps.timer);
        window.gaps.look();
        return window.gaps.longest;
      });
  }

  close() {
    return this.page.close();
  }
}

// Everybody sees and hears everybody; answers after how many milliseconds.
export async function allMeet(people, options) {
  const start = Date.now();
  await Promise.all(people.map((person) => person.seesAndHears(people.length - 1, options)));
  return Date.now() - start;
}
