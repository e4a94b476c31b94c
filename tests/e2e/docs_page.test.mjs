// SPDX-License-Identifier: MIT
// The pages of the API: Swagger UI shows every route of the document, from this server alone and without a complaint.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { outputFolder, repository, startServer } from './lib/server.mjs';

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([
    startServer({ name: 'docs_page', env: { SWAGGER_UI_DIR: path.join(repository, 'node_modules', 'swagger-ui-dist') } }),
    openBrowser({ pages: false }),
  ]);
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

test('Swagger UI at /docs/ shows every documented route and loads nothing from elsewhere', async () => {
  const page = await browser.context.newPage();
  const complaints = [];
  const foreign = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(server.origin) && !request.url().startsWith('data:')) foreign.push(request.url());
  });
  await page.goto(`${server.origin}/docs`);
  await page.locator('.opblock').first().waitFor();
  const { paths } = (await server.get('/openapi.json')).json;
  const wanted = Object.entries(paths).flatMap(([route, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${route}`));
  const shown = await page.locator('.opblock-summary').evaluateAll((blocks) =>
    blocks.map((block) => {
      const method = block.querySelector('.opblock-summary-method').textContent;
      return `${method} ${block.querySelector('.opblock-summary-path, .opblock-summary-path__deprecated').textContent.replaceAll('\u200b', '')}`;
    }),
  );
  assert.deepEqual(shown.sort(), wanted.sort());
  await page.screenshot({ path: path.join(outputFolder, 'docs.png') });
  assert.deepEqual(complaints, []);
  assert.deepEqual(foreign, []);
  await page.close();
});
