// SPDX-License-Identifier: MIT
// A Redis of the test's own: Debian's redis-server as an ordinary process on a free port, keeping nothing.
import { spawn } from 'node:child_process';
import net from 'node:net';
import os from 'node:os';

import { freePort } from './ports.mjs';
import { until } from './wait.mjs';

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export async function startRedis() {
  const port = await freePort();
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', os.tmpdir()], { stdio: 'ignore' });
  running.add(child);
  const exit = new Promise((resolve) => child.once('exit', resolve));
  await until('Redis takes connections', () =>
    new Promise((resolve, reject) => {
      const socket = net.connect(port, '127.0.0.1', () => (socket.destroy(), resolve(true)));
      socket.once('error', reject);
    }),
  );
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGKILL');
      await exit;
      running.delete(child);
    },
  };
}
