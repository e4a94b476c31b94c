// SPDX-License-Identifier: MIT
// Bundles the try page into web/try/dist, which the server serves at /try/ in development mode.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import * as esbuild from 'esbuild';

const folder = fileURLToPath(new URL('.', import.meta.url));
const dist = path.join(folder, 'dist');
fs.mkdirSync(dist, { recursive: true });
await esbuild.build({
  entryPoints: [path.join(folder, 'app.js')],
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['chrome111', 'firefox120', 'safari16'],
  legalComments: 'none',
  logLevel: 'warning',
  outfile: path.join(dist, 'app.js'),
});
for (const file of ['index.html', 'style.css']) fs.copyFileSync(path.join(folder, file), path.join(dist, file));
