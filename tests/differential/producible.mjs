// SPDX-License-Identifier: MIT
// Asks a real worker, through mediasoup's own object model, to produce what our `producer_type` judges, and compares.
// Parameters are given to it as we normalise them, so that only the worker's opinion is left to differ.
//
//   node producible.mjs --program <ortc_differential> --worker <mediasoup-worker> [--cases 1000] [--seed 1]
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

import { generate } from './generate.mjs';
import { Program } from './program.mjs';
import { Random } from './random.mjs';

const { values: options } = parseArgs({
  options: {
    program: { type: 'string' },
    worker: { type: 'string' },
    cases: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  },
});
process.env.MEDIASOUP_WORKER_BIN = options.worker;
const require = createRequire(new URL('../../package.json', import.meta.url));
const mediasoup = require('mediasoup');
const { routers } = JSON.parse(require('node:fs').readFileSync(new URL('fixtures/routers.json', import.meta.url), 'utf8'));

// README.md has the reasons. The first is ours to refuse, the others are JavaScript's before the worker is asked.
const deliberate = [
  (ours, theirs) => !ours.type && theirs.type && /^rtpParameters\.codecs\[\d+\]\.mimeType$/.test(ours.field) && 'kind',
  (ours, theirs) => ours.type && /invalid header extension parameter/.test(theirs.message) && 'extension-parameters',
  (ours, theirs) => ours.type && /invalid codec parameter .*value:(true|false)/.test(theirs.message) && 'boolean-parameter',
];

function nextCase(random) {
  for (;;) {
    const { op, params, kind } = JSON.parse(JSON.stringify(generate(random)));
    if ((op !== 'negotiate' && op !== 'params') || !params) continue;
    const request = { op: 'produce', params, kind: kind && random.chance(0.95) ? kind : random.pick(['audio', 'video']) };
    const encodings = Array.isArray(params.encodings) ? params.encodings : [];
    if (random.chance(0.2)) {
      for (const encoding of encodings) {
        if (encoding && typeof encoding === 'object') encoding.codecPayloadType = params.codecs?.[random.below(3)]?.payloadType;
      }
    }
    return request;
  }
}

async function main() {
  const seed = Number(options.seed);
  const random = new Random(seed);
  const program = new Program(options.program);
  const worker = await mediasoup.createWorker({ logLevel: 'none' });
  worker.on('died', () => {
    console.error(`seed ${seed}: the worker died`);
    process.exit(1);
  });
  const router = await worker.createRouter({ mediaCodecs: routers.ours });
  const counts = { accepted: 0, refused: 0 };

  for (let i = 0; i < Number(options.cases); ) {
    const request = nextCase(random);
    const answer = await program.ask(request);
    const rtpParameters = answer.stages.params;
    if (!rtpParameters) continue;
    ++i;
    const ours = { type: answer.stages.type, ...answer.error };
    const transport = await router.createDirectTransport();
    const theirs = await transport.produce({ kind: request.kind, rtpParameters }).then(
      ({ type }) => ({ type }),
      ({ message }) => ({ message }),
    );
    transport.close();
    if (ours.type === theirs.type) {
      ++counts[ours.type ? 'accepted' : 'refused'];
      continue;
    }
    const reason = deliberate.map((holds) => holds(ours, theirs)).find(Boolean);
    if (!reason) {
      console.error(`seed ${seed}, case ${i}: ours ${ours.type ?? ours.message}, the worker ${theirs.type ?? theirs.message}`);
      console.error(JSON.stringify({ ...request, params: rtpParameters }));
      process.exit(1);
    }
    counts[reason] = (counts[reason] ?? 0) + 1;
  }
  worker.close();
  await program.end();
  console.log(`seed ${seed}: no difference but the deliberate ones`, counts);
}

await main();
