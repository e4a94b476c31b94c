// SPDX-License-Identifier: MIT
// Builds the package into dist/: the module (mediasoup-client stays a dependency), one file with everything in it for pages
// without a bundler, and the types. Prints what a browser has to load.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';

import * as esbuild from 'esbuild';

const folder = fileURLToPath(new URL('.', import.meta.url));
const dist = path.join(folder, 'dist');
fs.rmSync(dist, { recursive: true, force: true });

const common = {
  entryPoints: [path.join(folder, 'src/index.ts')],
  bundle: true,
  format: 'esm',
  target: ['chrome111', 'firefox120', 'safari16'],
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
};
await esbuild.build({ ...common, packages: 'external', outfile: path.join(dist, 'index.js') });
await esbuild.build({ ...common, packages: 'external', minify: true, sourcemap: false, outfile: path.join(dist, 'index.min.js') });
await esbuild.build({ ...common, minify: true, sourcemap: false, outfile: path.join(dist, 'doordarshan.min.js') });

const tsc = createRequire(import.meta.url).resolve('typescript/lib/tsc.js');
const types = spawnSync(process.execPath, [tsc, '-p', path.join(folder, 'tsconfig.json'), '--noEmit', 'false', '--emitDeclarationOnly', '--declaration', '--outDir', dist], {
  stdio: 'inherit',
});
if (types.status !== 0) process.exit(types.status ?? 1);

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
for (const [name, what] of [['index.min.js', 'without mediasoup-client'], ['doordarshan.min.js', 'with mediasoup-client']]) {
  const code = fs.readFileSync(path.join(dist, name));
  console.log(`${what}: ${kilobytes(code.length)} minified, ${kilobytes(zlib.gzipSync(code, { level: 9 }).length)} gzipped`);
}
