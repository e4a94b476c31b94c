// SPDX-License-Identifier: MIT
// The app against an invented server and an invented meeting: `npm run dev:web` to work on pages, and what screenshots.mjs builds.
import { fileURLToPath } from 'node:url';

import { mergeConfig, type Plugin } from 'vite';

import base from '../vite.config';
// @ts-expect-error plain JavaScript, so that the screenshots' server can use it without a build
import { mockApi, tokens } from './mock_api.mjs';

function invented(): Plugin {
  return {
    name: 'invented-server',
    configureServer(server) {
      const api = mockApi();
      server.middlewares.use((request, response, next) => void (api(request, response) || next()));
      const at = 'http://localhost:5173';
      server.config.logger.info(`  meeting:  ${at}/m/design-review?people=6#token=${tokens.moderator('design-review')}\n  operator: ${at}/operator#token=${tokens.operator}`);
    },
  };
}

export default mergeConfig(base, {
  resolve: { alias: { '@doordarshan/client': fileURLToPath(new URL('./fake_client.ts', import.meta.url)) } },
  plugins: [invented()],
  build: { outDir: fileURLToPath(new URL('../../../test-output/web-mock', import.meta.url)) },
});
