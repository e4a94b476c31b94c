// SPDX-License-Identifier: MIT
// One worker (or several that are piped) on core 0 and their peers on core 1: who sends what to whom is the caller's (scenarios.mjs), `run` lets it flow and measures.
// Peers come through one WebRtcServer port with real ICE, DTLS and SRTP. Nothing of our server is in it: mediasoup's own control
// commands either worker.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import * as mediasoup from 'mediasoup'

const programs = new URL('../../build/bin/', import.meta.url).pathname
export const binaries = { stock: `${programs}mediasoup-worker-stock`, ours: `${programs}mediasoup-worker` }

const kTransportCcId = 5 // mediasoup's number of the header extension
const kCodecs = {
  video: { kind: 'video', mimeType: 'video/VP8', clockRate: 90000, preferredPayloadType: 101 },
  audio: { kind: 'audio', mimeType: 'audio/opus', clockRate: 48000, channels: 2, preferredPayloadType: 111 },
}
// What the server gives each worker (src/media/transport.hpp): the kernel's default holds some 100 packets, less than the peers' feedback of a moment.
export const socketBuffer = 2 << 20
const kFeedback = { video: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }, { type: 'ccm', parameter: 'fir' }], audio: [] }

/** Nanoseconds of CPU that the workers have used so far. */
function cpu(workers) {
  const tasks = workers.flatMap(({ pid }) => readdirSync(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}/schedstat`))
  return tasks.reduce((sum, file) => sum + Number(readFileSync(file, 'utf8').split(' ')[0]), 0)
}

const kPeriodUs = 10_000 // short, so that being held back shows as load and not as a latency of its own

/** Gives the process a share of a core by a cgroup of version 1 or 2, as root; the answer undoes it. */
function bound(pid, share) {
  const old = readdirSync('/sys/fs/cgroup').includes('cpu')
  const folder = `/sys/fs/cgroup/${old ? 'cpu/' : ''}doordarshan-bench-${pid}`
  const limits = { cpu: `${Math.round(share * kPeriodUs)}`, period: `${kPeriodUs}` }
  mkdirSync(folder)
  if (old) {
    writeFileSync(`${folder}/cpu.cfs_period_us`, limits.period)
    writeFileSync(`${folder}/cpu.cfs_quota_us`, limits.cpu)
  } else {
    writeFileSync(`${folder}/cpu.max`, `${limits.cpu} ${limits.period}`)
  }
  writeFileSync(`${folder}/cgroup.procs`, `${pid}`)
  return () => rmdirSync(folder)
}

/**
 * Gives the worker its core before everybody else: what the machine does beside would otherwise be most of the latency of a small load.
 * Not everybody may; then it competes for its core like any process.
 */
function prefer(pid) {
  try {
    execFileSync('chrt', ['-a', '-f', '-p', '10', `${pid}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The peers' process: `say` sends a line, `answer` waits for one. */
function startPeers(suite, protocol) {
  const child = spawn('taskset', ['-c', '1', `${programs}doordarshan-worker-bench`, `SRTP_${suite}`, protocol], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.on('error', () => {}) // it has ended; the next answer says so
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    say: (line) => child.stdin.write(`${line}\n`),
    answer: async () => {
      const { value, done } = await lines.next()
      if (done) throw new Error('the peers ended')
      return value
    },
    end: () => child.stdin.end(),
  }
}

/** Each so manieth packet is decrypted and checked: all of a small load, of a large one as many as do not burden the peers. */
const sampleOf = (perSecond) => [1, 3, 7, 13, 23, 37].find((sample) => perSecond / sample < 8000) ?? 37

/** Peers spread over `workers` in turns, and what is published goes to all of them. `share`: of a core, for each; then none goes before others. */
export async function openMeeting(workerBin, { suite = 'AEAD_AES_256_GCM', protocol = 'udp', transportCc = false, trials, workers: howMany = 1, share } = {}) {
  const workers = []
  const undo = []
  const peers = startPeers(suite, protocol)
  const close = async () => {
    peers.end()
    const gone = workers.map((worker) => new Promise((resolve) => worker.on('subprocessclose', resolve)))
    for (const worker of workers) worker.close()
    await Promise.all(gone)
    for (const one of undo) one()
  }
  try {
    const places = []
    for (let i = 0; i < howMany; ++i) {
      const worker = await mediasoup.createWorker({ workerBin, logLevel: 'error', libwebrtcFieldTrials: trials })
      workers.push(worker)
      execFileSync('taskset', ['-apc', '0', `${worker.pid}`], { stdio: 'ignore' })
      if (share) undo.push(bound(worker.pid, share))
      const listen = { protocol, ip: '127.0.0.1', port: 47000 + Math.floor(Math.random() * 1000) }
      const buffers = protocol === 'udp' ? { recvBufferSize: socketBuffer, sendBufferSize: socketBuffer } : {}
      const server = await worker.createWebRtcServer({ listenInfos: [{ ...listen, ...buffers }] })
      places.push({ server, router: await worker.createRouter({ mediaCodecs: Object.values(kCodecs) }) })
    }
    const preferred = !share && workers.every(({ pid }) => prefer(pid))
    const fingerprint = await peers.answer()
    const rtpCapabilities = structuredClone(places[0].router.rtpCapabilities)
    rtpCapabilities.codecs = rtpCapabilities.codecs.filter((one) => !one.mimeType.endsWith('/rtx'))
    if (!transportCc) {
      rtpCapabilities.headerExtensions = []
      for (const one of rtpCapabilities.codecs) one.rtcpFeedback = one.rtcpFeedback.filter(({ type }) => !['transport-cc', 'goog-remb'].includes(type))
    }

    let count = 0
    const sources = [] // of all peers, in the order in which they were told
    let lastSsrc = 1000
    let layered = false

    /** A peer that has yet to connect. */
    const addPeer = async () => {
      const place = places[count % places.length]
      const transport = await place.router.createWebRtcTransport({
        webRtcServer: place.server,
        enableTcp: protocol === 'tcp',
        iceConsentTimeout: 0,
        initialAvailableOutgoingBitrate: 10e6,
      })
      await transport.connect({ dtlsParameters: { role: 'client', fingerprints: [{ algorithm: 'sha-256', value: fingerprint }] } })
      const { value } = transport.dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === 'sha-256')
      peers.say(`peer ${transport.iceCandidates[0].port} ${transport.iceParameters.usernameFragment} ${transport.iceParameters.password} ${value}`)
      return { transport, place, number: count++ }
    }

    const connect = async () => {
      peers.say('connect')
      await peers.answer()
    }

    /** `bitrates` has one for each simulcast layer; `phase` is a share of a frame's time. */
    const publish = async ({ transport, place, number }, { kind, bitrates, framesPerSecond }, phase) => {
      const { preferredPayloadType, ...codec } = kCodecs[kind]
      const layers = bitrates.map((bitrate) => ({ number, ssrc: ++lastSsrc, bitrate, framesPerSecond, receivers: 0 }))
      for (const { ssrc, bitrate } of layers) peers.say(`${kind} ${number} ${ssrc} ${bitrate} ${framesPerSecond} ${Math.round((phase * 1e6) / framesPerSecond)}`)
      sources.push(...layers)
      layered ||= layers.length > 1
      const producer = await transport.produce({
        kind,
        rtpParameters: { codecs: [{ ...codec, payloadType: preferredPayloadType, rtcpFeedback: kFeedback[kind] }], encodings: layers.map(({ ssrc }) => ({ ssrc })), rtcp: { cname: `peer-${number}` } },
      })
      for (const { router } of places) {
        if (router !== place.router) await place.router.pipeToRouter({ producerId: producer.id, router })
      }
      return { producer, layers }
    }

    const consume = async ({ transport }, { producer, layers }, spatialLayer = 0) => {
      const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities })
      if (layers.length > 1) await consumer.setPreferredLayers({ spatialLayer })
      const source = layers[spatialLayer]
      ++source.receivers
      return {
        pause: async () => {
          await consumer.pause()
          --source.receivers
        },
        resume: async () => {
          await consumer.resume()
          ++source.receivers
        },
      }
    }

    const packetsPerSecond = () => sources.reduce((sum, { bitrate, framesPerSecond, receivers }) => sum + receivers * framesPerSecond * Math.ceil(bitrate / 8 / framesPerSecond / 1156), 0)

    const run = async (seconds) => {
      const before = cpu(workers)
      let meanwhile // while it flows; after that the peers wait for what is late
      setTimeout(() => (meanwhile = cpu(workers) - before), seconds * 1000)
      peers.say(`run ${seconds} ${sampleOf(packetsPerSecond())} ${transportCc ? kTransportCcId : 0}`)
      const result = JSON.parse(await peers.answer())
      const used = cpu(workers) - before
      const inOrder = [...sources].sort((one, other) => one.number - other.number)
      const expected = inOrder.reduce((sum, { receivers }, at) => sum + receivers * result.sent[at], 0)
      return {
        cpuUs: used / 1000 / result.received,
        // Which layer each subscriber was given when is not known here, so of simulcast it is what their sequence numbers show.
        loss: layered ? result.missing / (result.received + result.missing) : 1 - result.received / expected,
        wrong: result.wrong,
        overflows: result.overflows,
        p50Ms: result.p50 / 1000,
        p99Ms: result.p99 / 1000,
        maxMs: result.max / 1000,
        packetsPerSecond: result.received / seconds,
        workerLoad: meanwhile / 1e9 / seconds,
        peersLoad: result.busy,
        preferred,
      }
    }

    /** What the transports cost by themselves: the worker's share of a core while nothing is sent. */
    const idle = async (seconds) => {
      const before = cpu(workers)
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
      return { workerLoad: (cpu(workers) - before) / 1e9 / seconds }
    }

    return { addPeer, connect, publish, consume, run, idle, close }
  } catch (error) {
    await close()
    throw error
  }
}
