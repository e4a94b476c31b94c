// SPDX-License-Identifier: MIT
// Type-checks, bundles the tests and runs them with Node's own runner: `node test/run.mjs [name...]`.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import * as esbuild from 'esbuild';

const folder = fileURLToPath(new URL('.', import.meta.url));
const sdk = path.dirname(path.resolve(folder));
const wanted = process.argv.slice(2);
const tests = fs.readdirSync(folder).filter((name) => name.endsWith('.test.ts') && (wanted.length === 0 || wanted.some((part) => name.includes(part))));

const tsc = createRequire(import.meta.url).resolve('typescript/lib/tsc.js');
if (wanted.length === 0) {
  const checked = spawnSync(process.execPath, [tsc, '--noEmit', '-p', path.join(folder, 'tsconfig.json')], { stdio: 'inherit' });
  if (checked.status !== 0) process.exit(checked.status ?? 1);
}

const out = fs.mkdtempSync(path.join(os.tmpdir(), 'sdk-test-'));
try {
  await esbuild.build({
    entryPoints: tests.map((name) => path.join(folder, name)),
    outdir: out,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node18',
    sourcemap: 'inline',
    logLevel: 'warning',
    external: ['esbuild'],
    define: { __SDK__: JSON.stringify(sdk) },
  });
  const files = tests.map((name) => path.join(out, name.replace(/\.ts$/, '.cjs')));
  const ran = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], {
    stdio: 'inherit',
    env: { ...process.env, NODE_PATH: path.join(sdk, '..', 'node_modules') },
  });
  process.exitCode = ran.status ?? 1;
} finally {
  fs.rmSync(out, { recursive: true, force: true });
}
