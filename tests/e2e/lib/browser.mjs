// SPDX-License-Identifier: MIT
// A headless Chromium with a fake camera and microphone, and tabs in it that are participants (page/client.js).
// The page comes from a small web server here, on another origin than the API, as in real use.
import fs from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import * as esbuild from 'esbuild';
import { chromium } from 'playwright-core';

const pageFolder = fileURLToPath(new URL('../page/', import.meta.url));

const flags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  // Names instead of addresses in candidates would need a multicast resolver that a container may lack.
  // And several tabs of one site would share a process, with one thread for all their connections, where real people share nothing.
  '--disable-features=WebRtcHideLocalIpsWithMdns,ProcessPerSiteUpToMainFrameThreshold',
];

const kDevices = ['camera', 'microphone'];

let bundle;
const bundled = () =>
  (bundle ??= esbuild
    .build({ entryPoints: [path.join(pageFolder, 'client.js')], bundle: true, format: 'esm', write: false, logLevel: 'warning' })
    .then((result) => result.outputFiles[0].contents));

async function servePage() {
  const files = {
    '/': { type: 'text/html', body: await fs.readFile(path.join(pageFolder, 'index.html')) },
    '/client.js': { type: 'text/javascript', body: Buffer.from(await bundled()) },
  };
  const server = http.createServer((request, response) => {
    const file = files[request.url];
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': file.type }).end(file.body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

// In the page: whatever size is asked for, the camera has no more lines.
function limitCamera(height) {
  const devices = navigator.mediaDevices;
  if (!devices) return;
  const ask = devices.getUserMedia.bind(devices);
  devices.getUserMedia = (wishes) => ask(wishes.video ? { ...wishes, video: { ...wishes.video, width: (height * 16) / 9, height } } : wishes);
}

// `fps` of the fake camera, and `camera`, the most lines it has: three people with three layers each are nine encoders on the test
// machine's two cores, where real people have a computer each; less of both keeps a test from measuring that (with 360 lines media was
// back 0.9 to 1.7 s after a worker's death, with 720, whose encoders take 200 ms each to begin, 1.5 to 2.6 s). Devices that are not among the
// `permissions` are refused as by a user who chose "Block"; the flag that answers the browser's questions would allow them all, so it is
// only there (for shared screens) when nothing is refused. `extra` are further flags,
// `preferences` what is otherwise set in the browser's settings or by an administrator.
export async function openBrowser({ pages = true, fps = 20, camera, permissions = kDevices, extra = [], preferences } = {}) {
  const answers = permissions === kDevices ? ['--use-fake-ui-for-media-stream'] : [];
  const profile = await fs.mkdtemp(path.join(os.tmpdir(), 'dd-chromium-'));
  if (preferences) {
    await fs.mkdir(path.join(profile, 'Default'));
    await fs.writeFile(path.join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
  }
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [...flags, ...answers, ...extra, `--use-fake-device-for-media-stream=fps=${fps}`],
    permissions,
    viewport: { width: 1280, height: 720 },
  });
  if (camera) await context.addInitScript(limitCamera, camera);
  const server = pages ? await servePage() : null;
  const browser = {
    context,
    // A new tab with a participant in it; what the page logs as an error ends up in the test's output.
    async participant() {
      const page = await context.newPage();
      page.on('pageerror', (error) => console.error(`page: ${error.message}`));
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      await page.waitForFunction(() => Boolean(window.dd));
      return participantOn(page);
    },
    async close() {
      await context.close();
      if (server) await new Promise((resolve) => (server.closeAllConnections?.(), server.close(resolve)));
      await fs.rm(profile, { recursive: true, force: true });
    },
  };
  return browser;
}

// participant.join({...}) in the test is window.dd.join({...}) in the tab.
function participantOn(page) {
  const own = { page, closeTab: () => page.close({ runBeforeUnload: false }) };
  return new Proxy(own, {
    get(target, name) {
      if (name in target || typeof name !== 'string' || name === 'then') return target[name];
      return (...args) => page.evaluate(([method, values]) => window.dd[method](...values), [name, args]);
    },
  });
}
