// SPDX-License-Identifier: MIT
// What the forwarding bench measures: who sends what to how many, and how it is set up in a meeting.
import { openMeeting } from './meeting.mjs'

// 30 bursts of five to seven packets a second, as browsers send 720p.
const kCamera = { kind: 'video', bitrates: [1_500_000], framesPerSecond: 30 }
const kSmallCamera = { kind: 'video', bitrates: [200_000], framesPerSecond: 15 } // of thirty people on one screen
const kLayers = { kind: 'video', bitrates: [150_000, 500_000, 1_500_000], framesPerSecond: 30 }
const kMicrophone = { kind: 'audio', bitrates: [32_000], framesPerSecond: 50 }

// Of a small load so few packets come that p99 is what happens to a few bursts: it takes longer to say something.
const kSmall = { leastSeconds: 6 }

const broadcast = (subscribers, more = {}) => ({ publishers: 1, subscribers, media: [kCamera], ...more })

/** In `name: { title, publishers, subscribers | mesh, media, ... }`; the rest goes to openMeeting(). */
export const scenarios = {
  'broadcast-10': broadcast(10, { title: '1 to 10', ...kSmall }),
  'broadcast-100': broadcast(100, { title: '1 to 100' }),
  'broadcast-300': broadcast(300, { title: '1 to 300' }),
  'broadcast-500': broadcast(500, { title: '1 to 500' }),
  'broadcast-10-cc': broadcast(10, { title: '1 to 10', transportCc: true, ...kSmall }),
  'broadcast-100-cc': broadcast(100, { title: '1 to 100', transportCc: true }),
  'broadcast-300-cc': broadcast(300, { title: '1 to 300', transportCc: true }),
  'broadcast-500-cc': broadcast(500, { title: '1 to 500', transportCc: true }),
  'mesh-10': { title: '10 x 10, sound and picture', mesh: 10, media: [kCamera, kMicrophone], transportCc: true },
  'mesh-30': { title: '30 x 30, sound and small picture', mesh: 30, media: [kSmallCamera, kMicrophone], transportCc: true },
  audio: { title: '10 microphones to 100', publishers: 10, subscribers: 100, media: [kMicrophone] },
  simulcast: { title: 'three layers, 300 subscribers mixed', publishers: 1, subscribers: 300, media: [kLayers], warmUpSeconds: 6 },
  'aes-cm-300': broadcast(300, { title: '1 to 300, AES-CM with SHA-1', suite: 'AES128_CM_SHA1_80' }),
  'tcp-100': broadcast(100, { title: '1 to 100 over TCP', protocol: 'tcp' }),
}

/** Sets the scenario up, lets it flow, and ends it. */
export async function turn(workerBin, scenario, seconds) {
  const meeting = await openMeeting(workerBin, scenario)
  try {
    const make = async (count) => {
      const made = []
      for (let i = 0; i < count; ++i) made.push(await meeting.addPeer())
      return made
    }
    const publishers = await make(scenario.mesh ?? scenario.publishers)
    const subscribers = scenario.mesh ? publishers : await make(scenario.subscribers)
    await meeting.connect()
    for (const [at, publisher] of publishers.entries()) {
      for (const medium of scenario.media) {
        const published = await meeting.publish(publisher, medium, at / publishers.length)
        await Promise.all(subscribers.filter((one) => one !== publisher).map((one, number) => meeting.consume(one, published, number % medium.bitrates.length)))
      }
    }
    if (scenario.idle) return await meeting.idle(seconds)
    await meeting.run(scenario.warmUpSeconds ?? 1)
    return await meeting.run(Math.max(seconds, scenario.leastSeconds ?? 0))
  } finally {
    await meeting.close()
  }
}
