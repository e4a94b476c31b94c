// SPDX-License-Identifier: MIT
// CPU per forwarded packet and latency of two worker binaries, in turns: A B A B. Each turn starts the worker on core 0 and the peers on
// core 1, connects the subscribers through one WebRtcServer port, forwards for some seconds, and ends both.
//   node bench/worker/run.mjs --a build/bin/mediasoup-worker-stock --b build/bin/mediasoup-worker --subscribers 300
import { execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import * as mediasoup from 'mediasoup'

const bin = new URL('../../build/bin/', import.meta.url).pathname
const { values: options } = parseArgs({
  options: {
    a: { type: 'string', default: `${bin}mediasoup-worker-stock` },
    b: { type: 'string', default: `${bin}mediasoup-worker` },
    peers: { type: 'string', default: `${bin}doordarshan-worker-bench` },
    subscribers: { type: 'string', default: '300' },
    publishers: { type: 'string', default: '1' },
    packets: { type: 'string', default: '5' }, // of a frame, 30 frames a second
    size: { type: 'string', default: '1200' }, // under 300: audio
    suite: { type: 'string', default: 'AEAD_AES_256_GCM' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    tcc: { type: 'boolean', default: false },
    verify: { type: 'boolean', default: false },
    idle: { type: 'boolean', default: false }, // no media: what the transports cost by themselves
    trials: { type: 'string' }, // libwebrtc's field trials, for B
    help: { type: 'boolean', default: false },
  },
})
if (options.help) {
  console.log('node bench/worker/run.mjs [--a BINARY] [--b BINARY] [--subscribers N] [--publishers N] [--packets N] [--size BYTES]')
  console.log('  [--suite AEAD_AES_256_GCM|AEAD_AES_128_GCM|AES128_CM_SHA1_80] [--seconds S] [--rounds N] [--tcc] [--verify] [--idle]')
  process.exit(0)
}
const number = name => Number(options[name])
const kTransportCcId = 5
const audio = number('size') < 300
const codec = audio
  ? { kind: 'audio', mimeType: 'audio/opus', clockRate: 48000, channels: 2, preferredPayloadType: 111 }
  : { kind: 'video', mimeType: 'video/VP8', clockRate: 90000, preferredPayloadType: 101 }

/** Nanoseconds of CPU that the process has used so far. */
function cpu(pid) {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]), 0)
}

/** The peers' process: `say` sends a line, `answer` waits for one. */
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

async function turn(workerBin, trials) {
  const worker = await mediasoup.createWorker({ workerBin, logLevel: 'error', libwebrtcFieldTrials: trials })
  execFileSync('taskset', ['-apc', '0', `${worker.pid}`], { stdio: 'ignore' })
  const peers = startPeers()
  try {
    const fingerprint = await peers.answer()
    const server = await worker.createWebRtcServer({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1', port: 47000 + Math.floor(Math.random() * 1000) }] })
    const router = await worker.createRouter({ mediaCodecs: [codec] })
    const rtpCapabilities = structuredClone(router.rtpCapabilities)
    rtpCapabilities.codecs = rtpCapabilities.codecs.filter(one => !one.mimeType.endsWith('/rtx'))
    if (!options.tcc) {
      rtpCapabilities.headerExtensions = []
      for (const one of rtpCapabilities.codecs) one.rtcpFeedback = one.rtcpFeedback.filter(feedback => !['transport-cc', 'goog-remb'].includes(feedback.type))
    }
    const transports = []
    for (let i = 0; i < number('subscribers'); ++i) {
      const transport = await router.createWebRtcTransport({ webRtcServer: server, iceConsentTimeout: 0, initialAvailableOutgoingBitrate: 10e6 })
      await transport.connect({ dtlsParameters: { role: 'client', fingerprints: [{ algorithm: 'sha-256', value: fingerprint }] } })
      const { value } = transport.dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === 'sha-256')
      peers.say(`subscribe ${transport.iceCandidates[0].port} ${transport.iceParameters.usernameFragment} ${transport.iceParameters.password} ${value}`)
      transports.push(transport)
    }
    peers.say('connect')
    await peers.answer()
    for (let i = 0; i < number('publishers'); ++i) {
      const transport = await router.createPlainTransport({ listenIp: '127.0.0.1', comedia: true, rtcpMux: true })
      const ssrc = 1000 + i
      const producer = await transport.produce({ kind: codec.kind, rtpParameters: { codecs: [{ ...codec, payloadType: codec.preferredPayloadType, preferredPayloadType: undefined }], encodings: [{ ssrc }] } })
      for (const one of transports) await one.consume({ producerId: producer.id, rtpCapabilities })
      peers.say(`publish ${transport.tuple.localPort} ${ssrc}`)
    }
    const frame = `${number('packets')} ${number('size')} ${options.verify ? 1 : 0} ${options.tcc ? kTransportCcId : 0}`
    peers.say(`run 1 ${frame}`)
    await peers.answer()
    const before = cpu(worker.pid)
    if (options.idle) {
      await new Promise(resolve => setTimeout(resolve, number('seconds') * 1000))
      return { cpu: (cpu(worker.pid) - before) / number('seconds') / 1e7, loss: 0, wrong: 0, p50: 0, p99: 0, load: 0 }
    }
    const begin = performance.now()
    peers.say(`run ${number('seconds')} ${frame}`)
    const result = JSON.parse(await peers.answer())
    const used = cpu(worker.pid) - before
    const expected = result.sent * number('subscribers')
    return {
      cpu: used / 1000 / result.received,
      loss: 1 - result.received / expected,
      wrong: result.wrong,
      p50: result.p50,
      p99: result.p99,
      load: used / 1e6 / (performance.now() - begin),
    }
  } finally {
    peers.end()
    const gone = new Promise(resolve => worker.on('subprocessclose', resolve))
    worker.close()
    await gone
  }
}

const median = list => [...list].sort((x, y) => x - y)[Math.floor(list.length / 2)]
const results = { a: [], b: [] }
for (let round = 0; round < number('rounds'); ++round) {
  for (const name of ['a', 'b']) {
    const one = await turn(options[name], name === 'b' ? options.trials : undefined)
    results[name].push(one)
    console.log(`${name} ${one.cpu.toFixed(2)} ${options.idle ? '% of a core' : 'us/packet'}  worker ${(one.load * 100).toFixed(0)} %  loss ${(one.loss * 100).toFixed(3)} %  wrong ${one.wrong}  latency us p50 ${one.p50} p99 ${one.p99}`)
  }
}
const column = (name, key) => results[name].map(one => one[key])
const summary = key => {
  const [a, b] = ['a', 'b'].map(name => median(column(name, key)))
  const range = name => `${Math.min(...column(name, key)).toFixed(2)}-${Math.max(...column(name, key)).toFixed(2)}`
  return `${key}: a ${a.toFixed(2)} (${range('a')}), b ${b.toFixed(2)} (${range('b')}), ratio ${(b / a).toFixed(2)}`
}
console.log(`== ${number('publishers')} x ${number('subscribers')}, ${number('packets')} x ${number('size')} B, ${options.suite}${options.tcc ? ', transport-cc' : ''}`)
for (const key of options.idle ? ['cpu'] : ['cpu', 'p50', 'p99']) console.log(summary(key))
process.exit(0)
