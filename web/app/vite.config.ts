// SPDX-License-Identifier: MIT
// How the web app is built: hashed files, nothing inline (it is served under a strict Content-Security-Policy), one font preloaded.
// testing/mock.config.ts serves it with invented meetings, recordings and servers instead of a real one.
import { fileURLToPath } from 'node:url';

import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// With the font at hand at first paint, `font-display: optional` never changes a line's width afterwards.
function preloadFont(): Plugin {
  return {
    name: 'preload-font',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const font = Object.keys(bundle ?? {}).find((name) => /inter-latin-wght.*\.woff2$/.test(name));
        if (!font) return [];
        return [{ tag: 'link', attrs: { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: true, href: `/${font}` }, injectTo: 'head' }];
      },
    },
  };
}

export default defineConfig({
  root: here('.'),
  base: '/',
  cacheDir: here('../../node_modules/.vite-web'),
  resolve: {
    alias: { '@doordarshan/client': here('../../sdk/src/index.ts') },
  },
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  plugins: [preloadFont()],
  build: {
    outDir: here('./dist'),
    emptyOutDir: true,
    target: ['chrome111', 'firefox120', 'safari16.4'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
