// SPDX-License-Identifier: MIT
// The highest load of a worker: how many subscribers of one publisher are served while loss and latency keep their bounds.
import { openMeeting } from './meeting.mjs'

export const bounds = { loss: 0.001, p99Ms: 150 }
// The machine's own hiccups break the bounds at any load: a load is too much when it breaks them as often as this, one after the other.
const kTries = 3
const kStart = 300
const kGrowth = 1.4
const kPrecision = 0.05
const kMost = 4000
// Where this program is busier than this, it and not the worker may be the limit.
const kPeersLimit = 0.95

/** { subscribers, run, steps }: the most that were served, what that run measured, and every run on the way. */
export async function ramp(workerBin, options, media, seconds) {
  const meeting = await openMeeting(workerBin, options)
  try {
    const publisher = await meeting.addPeer()
    await meeting.connect()
    const published = await meeting.publish(publisher, media, 0)
    const consumers = []
    let active = 0
    const activate = async (wanted) => {
      const fresh = []
      for (let at = consumers.length; at < wanted; ++at) fresh.push(await meeting.addPeer())
      if (fresh.length > 0) await meeting.connect()
      await Promise.all(consumers.slice(active, wanted).map((consumer) => consumer.resume()))
      await Promise.all(consumers.slice(wanted, active).map((consumer) => consumer.pause()))
      consumers.push(...(await Promise.all(fresh.map((peer) => meeting.consume(peer, published)))))
      active = wanted
    }

    const steps = []
    const isGood = async (subscribers) => {
      await activate(subscribers)
      await meeting.run(0.5)
      for (let attempt = 0; attempt < kTries; ++attempt) {
        const run = await meeting.run(seconds)
        const good = run.loss < bounds.loss && run.p99Ms <= bounds.p99Ms
        steps.push({ subscribers, good, ...run })
        if (good) return true
      }
      return false
    }

    let best = 0
    let worst
    for (let next = options.start ?? kStart; ; ) {
      if (await isGood(next)) best = next
      else worst = next
      if (worst === undefined && best >= kMost) break
      if (worst !== undefined && worst - best <= Math.max(1, kPrecision * best)) break
      next = worst === undefined ? Math.min(kMost, Math.round(best * kGrowth)) : Math.round((best + worst) / 2)
    }
    const limitedByPeers = steps.some(({ subscribers, good, peersLoad, overflows }) => !good && subscribers === worst && (peersLoad > kPeersLimit || overflows > 0))
    return { subscribers: best, limitedByPeers, run: steps.findLast((step) => step.good && step.subscribers === best), steps }
  } finally {
    await meeting.close()
  }
}
