// SPDX-License-Identifier: MIT
// Feeds generated cases to our negotiation and to mediasoup's, and fails on the first difference that README.md does not list.
//
//   node run.mjs --program <ortc_differential> [--cases 20000] [--seed 1]      generated cases
//   node run.mjs --program <ortc_differential> --replay <file>                 one case a line, as printed on failure
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { compare } from './compare.mjs';
import { generate } from './generate.mjs';
import { Program } from './program.mjs';
import { Random } from './random.mjs';
import { clone } from './reference.mjs';

const { values: options } = parseArgs({
  options: {
    program: { type: 'string' },
    cases: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    replay: { type: 'string' },
  },
});

// Leaves out whatever the difference does not need, as far as a quarter of a minute goes.
async function shrink(program, request) {
  const differs = async (candidate) => {
    const verdict = compare(candidate, await program.ask(candidate));
    return Boolean(verdict?.problems);
  };
  const deadline = Date.now() + 15_000;
  for (let changed = true; changed && Date.now() < deadline; ) {
    changed = false;
    const paths = [];
    const walk = (value, path) => {
      if (value === null || typeof value !== 'object') return;
      for (const key of Object.keys(value).reverse()) {
        paths.push([...path, key]);
        walk(value[key], [...path, key]);
      }
    };
    walk(request, []);
    paths.sort((a, b) => a.length - b.length);
    for (const path of paths) {
      if (path.length === 1 || Date.now() >= deadline) continue;
      const candidate = clone(request);
      const holder = path.slice(0, -1).reduce((value, key) => value?.[key], candidate);
      const key = path[path.length - 1];
      if (holder === undefined || holder === null || !(key in holder)) continue;
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      if (await differs(candidate)) {
        request = candidate;
        changed = true;
      }
    }
  }
  return request;
}

async function main() {
  const seed = Number(options.seed);
  const random = new Random(seed);
  const replayed = options.replay
    ? readFileSync(options.replay, 'utf8').split('\n').filter((line) => line.trim())
    : null;
  const count = replayed ? replayed.length : Number(options.cases);
  const program = new Program(options.program);
  const deliberate = new Map();
  const reached = new Map();
  const started = Date.now();

  for (let done = 0; done < count; ) {
    const batch = [];
    while (batch.length < 200 && done + batch.length < count) {
      batch.push(replayed ? replayed[done + batch.length] : JSON.stringify(generate(random)));
    }
    const answers = await Promise.all(batch.map((line) => program.askLine(line)));
    for (const [i, line] of batch.entries()) {
      const request = JSON.parse(line);
      const ours = answers[i];
      const verdict = compare(request, ours);
      for (const reason of verdict?.deliberate ?? []) deliberate.set(reason, (deliberate.get(reason) ?? 0) + 1);
      const end = ours.error ? `${request.op}: refused at ${ours.error.stage}` : `${request.op}: accepted`;
      reached.set(end, (reached.get(end) ?? 0) + 1);
      if (!verdict?.problems) continue;
      const small = ours.error?.stage === 'crash' ? request : await shrink(program, request);
      const smallVerdict = ours.error?.stage === 'crash' ? verdict : compare(small, await program.ask(small));
      console.error(`seed ${seed}, case ${done + i}: the answers differ`);
      for (const problem of smallVerdict?.problems ?? verdict.problems) console.error(`  ${problem}`);
      console.error(`the case, without what it does not need:\n${JSON.stringify(small)}`);
      await program.end();
      process.exit(1);
    }
    done += batch.length;
  }

  const status = await program.end();
  const table = (map) => [...map].sort().map(([name, times]) => `  ${name}: ${times}`).join('\n');
  console.log(`seed ${seed}: ${count} cases in ${((Date.now() - started) / 1000).toFixed(1)} s, no difference but the deliberate ones`);
  console.log(`where they ended:\n${table(reached)}`);
  console.log(`deliberate differences:\n${table(deliberate)}`);
  if (status !== 0) {
    console.error(`the program ended with ${status}`);
    process.exit(1);
  }
}

await main();
