// SPDX-License-Identifier: MIT
// Two worker binaries under one scenario, in turns: A B A B. For looking at a change; the tables of docs/benchmarks.md are
// forwarding.mjs's, with the same parts.
//   node bench/worker/run.mjs broadcast-300 --rounds 5
import { parseArgs } from 'node:util'
import { binaries, openMeeting } from './meeting.mjs'
import { ramp } from './ramp.mjs'
import { scenarios, turn } from './scenarios.mjs'
import { compare, line } from './summary.mjs'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    a: { type: 'string', default: binaries.stock },
    b: { type: 'string', default: binaries.ours },
    subscribers: { type: 'string' },
    suite: { type: 'string' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    tcc: { type: 'boolean' },
    idle: { type: 'boolean', default: false }, // no media: what the transports cost by themselves
    ramp: { type: 'boolean', default: false },
    trials: { type: 'string' }, // libwebrtc's field trials, for B
    help: { type: 'boolean', default: false },
  },
})
const [name = 'broadcast-300'] = positionals
if (options.help || !scenarios[name]) {
  console.log('node bench/worker/run.mjs [SCENARIO] [--a BINARY] [--b BINARY] [--subscribers N] [--suite AEAD_AES_128_GCM] [--tcc]')
  console.log('  [--seconds S] [--rounds N] [--idle] [--ramp] [--trials TEXT]')
  console.log(`scenarios: ${Object.keys(scenarios).join(' ')}`)
  process.exit(options.help ? 0 : 2)
}
const given = { subscribers: options.subscribers && Number(options.subscribers), suite: options.suite, transportCc: options.tcc, idle: options.idle }
const scenario = { ...scenarios[name], ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) }

const results = { a: [], b: [] }
for (let round = 0; round < Number(options.rounds); ++round) {
  for (const side of ['a', 'b']) {
    const trials = side === 'b' ? options.trials : undefined
    if (options.ramp) {
      const { steps, subscribers, limitedByPeers } = await ramp(options[side], { ...scenario, trials }, scenario.media[0], Number(options.seconds))
      for (const step of steps) console.log(`${side} ${step.subscribers} ${step.good ? 'good' : 'bad '} ${line(step)}`)
      console.log(`== ${side}: ${subscribers} subscribers${limitedByPeers ? ', where the peers are the limit' : ''}`)
      results[side].push({ subscribers })
      continue
    }
    const one = await turn(options[side], { ...scenario, trials }, Number(options.seconds))
    results[side].push(one)
    console.log(`${side} ${line(one)}`)
  }
}
console.log(`== ${name}`)
for (const key of options.ramp ? ['subscribers'] : options.idle ? ['workerLoad'] : ['cpuUs', 'p50Ms', 'p99Ms']) console.log(`${key}: ${compare(results.a, results.b, key)}`)
process.exit(0)
