// SPDX-License-Identifier: MIT
// One broadcast on one worker against the same on two that are piped, in turns: 1 2 1 2. Two things are measured:
//   cost    CPU of all workers together for each packet that viewers received, at the same viewers, workers and peers on a core each.
//           Twice the cores serve 2 / ratio times as much.
//   ramp    the highest load, with a bound on each worker's CPU (a share of a core by cgroup, so that the peers have the rest of a
//           two-core machine): the most viewers without loss and with p99 latency under a bound.
//   node bench/worker/two_cores.mjs [--subscribers 300] [--rounds 5] [--ramp] [--share 0.15] [--json FILE]
// The workers are the server's, driven through mediasoup's own Node library; the server's way of spreading viewers is measured by
// tests/e2e/spread.test.mjs.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import * as mediasoup from 'mediasoup'

const bin = new URL('../../build/bin/', import.meta.url).pathname
const { values: options } = parseArgs({
  options: {
    worker: { type: 'string', default: `${bin}mediasoup-worker` },
    peers: { type: 'string', default: `${bin}doordarshan-worker-bench` },
    subscribers: { type: 'string', default: '300' },
    packets: { type: 'string', default: '5' }, // of a frame, 30 frames a second
    size: { type: 'string', default: '1200' },
    suite: { type: 'string', default: 'AEAD_AES_256_GCM' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
    tcc: { type: 'boolean', default: false },
    ramp: { type: 'boolean', default: false },
    share: { type: 'string', default: '0.15' }, // of a core, for each worker, in the ramp
    start: { type: 'string', default: '100' }, // viewers of each worker, where the ramp begins
    latency: { type: 'string', default: '150' }, // ms, p99
    loss: { type: 'string', default: '0.001' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (options.help) {
  console.log('node bench/worker/two_cores.mjs [--worker BINARY] [--subscribers N] [--packets N] [--size BYTES] [--suite SUITE] [--tcc]')
  console.log('  [--seconds S] [--rounds N] [--ramp [--share OF_A_CORE] [--start VIEWERS] [--latency MS] [--loss PART]] [--json FILE]')
  process.exit(0)
}
const number = name => Number(options[name])
const kTransportCcId = 5
const kPeriodUs = 10_000 // of the CPU bound: short, so that being held back shows as load and not as a latency of its own
const codec = { kind: 'video', mimeType: 'video/VP8', clockRate: 90000, preferredPayloadType: 101 }

/** Nanoseconds of CPU that the process has used so far. */
function cpu(pid) {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]), 0)
}

/** A cgroup that gives its process a share of a core. Works with version 1 and 2, as root. */
function bound(pid, share) {
  const old = readdirSync('/sys/fs/cgroup').includes('cpu')
  const folder = `/sys/fs/cgroup/${old ? 'cpu/' : ''}two-cores-${process.pid}-${pid}`
  mkdirSync(folder)
  const quota = Math.round(share * kPeriodUs)
  if (old) {
    writeFileSync(`${folder}/cpu.cfs_period_us`, `${kPeriodUs}`)
    writeFileSync(`${folder}/cpu.cfs_quota_us`, `${quota}`)
  } else {
    writeFileSync(`${folder}/cpu.max`, `${quota} ${kPeriodUs}`)
  }
  writeFileSync(`${folder}/cgroup.procs`, `${pid}`)
  return () => rmdirSync(folder)
}

function startPeers() {
  const child = spawn('taskset', ['-c', '1', options.peers, `SRTP_${options.suite}`], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    say: line => child.stdin.write(`${line}\n`),
    answer: async () => {
      const { value, done } = await lines.next()
      if (done) throw new Error('the peers ended')
      return value
    },
    end: () => child.stdin.end(),
  }
}

function capabilitiesOf(router) {
  const capabilities = structuredClone(router.rtpCapabilities)
  capabilities.codecs = capabilities.codecs.filter(one => !one.mimeType.endsWith('/rtx'))
  if (!options.tcc) {
    capabilities.headerExtensions = []
    for (const one of capabilities.codecs) one.rtcpFeedback = one.rtcpFeedback.filter(feedback => !['transport-cc', 'goog-remb'].includes(feedback.type))
  }
  return capabilities
}

/** One publisher on the first worker and viewers in turns on all of them. All workers share core 0; the peers have core 1. */
async function turn(workers, viewers, share) {
  const peers = startPeers()
  const places = []
  const undo = []
  try {
    const fingerprint = await peers.answer()
    for (let i = 0; i < workers; ++i) {
      const worker = await mediasoup.createWorker({ workerBin: options.worker, logLevel: 'error' })
      execFileSync('taskset', ['-apc', '0', `${worker.pid}`], { stdio: 'ignore' })
      const server = await worker.createWebRtcServer({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1', port: 47000 + Math.floor(Math.random() * 1000) }] })
      places.push({ worker, server, router: await worker.createRouter({ mediaCodecs: [codec] }), transports: [] })
    }
    for (let i = 0; i < viewers; ++i) {
      const { router, server, transports } = places[i % workers]
      const transport = await router.createWebRtcTransport({ webRtcServer: server, iceConsentTimeout: 0, initialAvailableOutgoingBitrate: 10e6 })
      await transport.connect({ dtlsParameters: { role: 'client', fingerprints: [{ algorithm: 'sha-256', value: fingerprint }] } })
      const { value } = transport.dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === 'sha-256')
      peers.say(`subscribe ${transport.iceCandidates[0].port} ${transport.iceParameters.usernameFragment} ${transport.iceParameters.password} ${value}`)
      transports.push(transport)
    }
    peers.say('connect')
    await peers.answer()
    const [home] = places
    const ingest = await home.router.createPlainTransport({ listenIp: '127.0.0.1', comedia: true, rtcpMux: true })
    const rtpParameters = { codecs: [{ ...codec, payloadType: codec.preferredPayloadType, preferredPayloadType: undefined }], encodings: [{ ssrc: 1000 }] }
    const producer = await ingest.produce({ kind: codec.kind, rtpParameters })
    for (const { router, transports } of places) {
      if (router !== home.router) await home.router.pipeToRouter({ producerId: producer.id, router })
      const rtpCapabilities = capabilitiesOf(router)
      for (const transport of transports) await transport.consume({ producerId: producer.id, rtpCapabilities })
    }
    peers.say(`publish ${ingest.tuple.localPort} 1000`)
    if (share) for (const { worker } of places) undo.push(bound(worker.pid, share))
    const frame = `${number('packets')} ${number('size')} 0 ${options.tcc ? kTransportCcId : 0}`
    peers.say(`run 1 ${frame}`)
    await peers.answer()
    const before = places.map(({ worker }) => cpu(worker.pid))
    const begin = performance.now()
    peers.say(`run ${number('seconds')} ${frame}`)
    const { sent, received, p50, p99 } = JSON.parse(await peers.answer())
    const used = places.map(({ worker }, i) => cpu(worker.pid) - before[i])
    const elapsed = performance.now() - begin
    return {
      cpuPerPacketUs: used.reduce((sum, one) => sum + one, 0) / 1000 / received,
      busy: used.map(one => one / 1e6 / elapsed),
      loss: Math.max(0, 1 - received / (sent * viewers)),
      packetsPerSecond: received / number('seconds'),
      p50Ms: p50 / 1000,
      p99Ms: p99 / 1000,
    }
  } finally {
    peers.end()
    const gone = places.map(({ worker }) => new Promise(resolve => worker.on('subprocessclose', resolve)))
    for (const { worker } of places) worker.close()
    await Promise.all(gone)
    for (const one of undo) one()
  }
}

const median = list => [...list].sort((x, y) => x - y)[Math.floor(list.length / 2)]
const figures = list => ({ median: median(list), least: Math.min(...list), most: Math.max(...list) })

async function compareCost() {
  const results = { 1: [], 2: [] }
  for (let round = 0; round < number('rounds'); ++round) {
    for (const workers of [1, 2]) {
      const one = await turn(workers, number('subscribers'))
      results[workers].push(one)
      console.error(`${workers} worker(s): ${one.cpuPerPacketUs.toFixed(3)} us/packet, busy ${one.busy.map(part => `${(part * 100).toFixed(0)} %`).join(' ')}, loss ${(one.loss * 100).toFixed(3)} %, p99 ${one.p99Ms.toFixed(2)} ms`)
    }
  }
  const ratios = results[1].map((one, i) => results[2][i].cpuPerPacketUs / one.cpuPerPacketUs)
  const column = (workers, key) => figures(results[workers].map(one => one[key]))
  return {
    viewers: number('subscribers'),
    one: { cpuPerPacketUs: column(1, 'cpuPerPacketUs'), p99Ms: column(1, 'p99Ms') },
    two: { cpuPerPacketUs: column(2, 'cpuPerPacketUs'), p99Ms: column(2, 'p99Ms') },
    costRatio: figures(ratios),
    servesTimes: figures(ratios.map(ratio => 2 / ratio)),
  }
}

/** The most viewers that keep the bounds, within 3 %. */
async function highest(workers, share, start) {
  let good = 0
  let bad
  let kept
  let viewers = start
  while (bad === undefined || bad - good > Math.max(2, good * 0.03)) {
    const one = await turn(workers, viewers, share)
    const keeps = one.loss <= number('loss') && one.p99Ms <= number('latency')
    console.error(`${workers} worker(s), ${viewers} viewers: busy ${one.busy.map(part => `${(part * 100).toFixed(1)} %`).join(' ')}, loss ${(one.loss * 100).toFixed(2)} %, p99 ${one.p99Ms.toFixed(1)} ms${keeps ? '' : ' - too much'}`)
    if (keeps) {
      good = viewers
      kept = one
    } else {
      bad = viewers
    }
    viewers = bad === undefined ? Math.ceil(viewers * 1.5) : Math.round((good + bad) / 2)
  }
  return { viewers: good, packetsPerSecond: kept?.packetsPerSecond ?? 0, p99Ms: kept?.p99Ms ?? 0 }
}

async function compareHighest() {
  const share = number('share')
  const results = { 1: [], 2: [] }
  for (let round = 0; round < number('rounds'); ++round) {
    for (const workers of [1, 2]) results[workers].push(await highest(workers, share, Math.round((results[workers].at(-1)?.viewers ?? number('start') * workers) * 0.95)))
  }
  const ratios = results[1].map((one, i) => results[2][i].viewers / one.viewers)
  return { share, latencyMs: number('latency'), loss: number('loss'), one: figures(results[1].map(each => each.viewers)), two: figures(results[2].map(each => each.viewers)), servesTimes: figures(ratios) }
}

const range = ({ median: middle, least, most }, digits) => `${middle.toFixed(digits)} (${least.toFixed(digits)}-${most.toFixed(digits)})`
const report = {
  conditions: {
    processor: os.cpus()[0].model, cores: os.cpus().length, kernel: os.release(), date: new Date().toISOString().slice(0, 10),
    suite: options.suite, transportCc: options.tcc, media: `1 publisher, 30 frames of ${options.packets} packets a second, ${options.size} bytes`,
    seconds: number('seconds'), rounds: number('rounds'),
  },
  ...(options.ramp ? { ramp: await compareHighest() } : { cost: await compareCost() }),
}
console.log(`| one broadcast | one worker | two workers | serves |\n|---|--:|--:|--:|`)
if (report.cost) {
  const { one, two, servesTimes, viewers } = report.cost
  console.log(`| CPU of the workers for each packet, ${viewers} viewers (us) | ${range(one.cpuPerPacketUs, 2)} | ${range(two.cpuPerPacketUs, 2)} | ${range(servesTimes, 2)} times |`)
} else {
  const { one, two, servesTimes, share } = report.ramp
  console.log(`| most viewers, ${(share * 100).toFixed(0)} % of a core for each worker | ${range(one, 0)} | ${range(two, 0)} | ${range(servesTimes, 2)} times |`)
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`)
process.exit(0)
