// SPDX-License-Identifier: MIT
// Runs the end-to-end and the kendra-shaped tests, one file after the other: they measure time and share the cores with
// real browsers. Arguments name files to run instead (`node tests/e2e/run.mjs call layers`).
import fs from 'node:fs';
import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const tests = fileURLToPath(new URL('..', import.meta.url));
const wanted = process.argv.slice(2);
const files = ['e2e', 'kendra']
  .flatMap((folder) => fs.readdirSync(path.join(tests, folder)).sort().map((name) => path.join(tests, folder, name)))
  .filter((file) => file.endsWith('.test.mjs'))
  .filter((file) => wanted.length === 0 || wanted.some((name) => path.basename(file) === `${name}.test.mjs`));
if (files.length === 0) {
  console.error(`no test file is called ${wanted.join(' or ')}`);
  process.exit(1);
}

// Broken off, the run takes the file that is under way with it, and that file what it has started.
const broken = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    process.exitCode = 1;
    broken.abort();
  });
}

// What each file took, starting and stopping what it needs included.
const took = new Map();
let last = performance.now();
process.once('exit', () => {
  const slowest = [...took].sort(([, one], [, other]) => other - one).slice(0, 12);
  console.log(`slowest, in seconds: ${slowest.map(([file, ms]) => `${path.basename(file, '.test.mjs')} ${Math.round(ms / 1000)}`).join(', ')}`);
});

run({ files, concurrency: 1, timeout: 300_000, signal: broken.signal })
  .on('test:complete', ({ file }) => {
    const now = performance.now();
    took.set(file, (took.get(file) ?? 0) + now - last);
    last = now;
  })
  .on('test:fail', () => {
    process.exitCode = 1;
  })
  .compose(new spec())
  .pipe(process.stdout);
