// SPDX-License-Identifier: MIT
// What a browser has to load stays small. README.md states the same bounds.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import zlib from 'node:zlib';

import * as esbuild from 'esbuild';

declare const __SDK__: string;

const bounds = { alone: 24_000, complete: 66_000 };

async function gzipped(options: esbuild.BuildOptions): Promise<number> {
  const { outputFiles = [] } = await esbuild.build({
    entryPoints: [path.join(__SDK__, 'src/index.ts')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome111', 'firefox120', 'safari16'],
    legalComments: 'none',
    write: false,
    ...options,
  });
  const [file] = outputFiles;
  assert.ok(file);
  return zlib.gzipSync(file.contents, { level: 9 }).length;
}

describe('the package', () => {
  it(`is at most ${bounds.alone / 1000} kB without mediasoup-client`, async () => {
    const size = await gzipped({ packages: 'external' });
    assert.ok(size <= bounds.alone, `${size} bytes gzipped`);
  });

  it(`is at most ${bounds.complete / 1000} kB with mediasoup-client`, async () => {
    const size = await gzipped({});
    assert.ok(size <= bounds.complete, `${size} bytes gzipped`);
  });

  it('states these bounds in its README', () => {
    const readme = fs.readFileSync(path.join(__SDK__, 'README.md'), 'utf8');
    for (const bound of Object.values(bounds)) assert.match(readme, new RegExp(`\\b${bound / 1000} kB`));
  });

  it('is pinned to the mediasoup-client of the repository', () => {
    const read = (name: string): Record<string, Record<string, string>> => JSON.parse(fs.readFileSync(path.join(__SDK__, name), 'utf8')) as Record<string, Record<string, string>>;
    const own = read('package.json')['dependencies']?.['mediasoup-client'];
    assert.equal(own, read('../package.json')['devDependencies']?.['mediasoup-client']);
    assert.match(String(own), /^\d+\.\d+\.\d+$/);
  });

  it('uses neither `any` nor a way around the types', () => {
    const files = fs.readdirSync(path.join(__SDK__, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    for (const name of files) assert.doesNotMatch(fs.readFileSync(path.join(__SDK__, 'src', name), 'utf8'), /\bas any\b|: any\b|<any>|@ts-(ignore|nocheck|expect-error)/, name);
  });
});
