// SPDX-License-Identifier: MIT
// Serves a built app as port 8000 does - the same paths, the same Content-Security-Policy - with the invented server behind /api/.
import fs from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';

import { mockApi } from './mock_api.mjs';

// The portal's (src/portal/web_pages.cpp), and stricter where that leaves something to the default.
export const policy =
  "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };

export async function serveApp(folder, { film, config } = {}) {
  const api = mockApi({ film, config });
  const server = http.createServer(async (request, response) => {
    if (api(request, response)) return;
    const { pathname } = new URL(request.url, 'http://localhost');
    const name = /^\/(m|recordings|operator)?(\/|$)/.test(pathname) ? '/index.html' : pathname;
    const file = path.join(folder, path.normalize(name));
    const content = file.startsWith(folder) ? await fs.readFile(file).catch(() => null) : null;
    if (content === null) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream', 'content-security-policy': policy }).end(content);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => (server.closeAllConnections?.(), server.close(resolve))),
  };
}
