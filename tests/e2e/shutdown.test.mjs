// SPDX-License-Identifier: MIT
// SIGTERM in the middle of a call: the participants are told, the server ends in time, and nothing it started stays behind.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { allSeeAndHear, openCall } from './lib/call.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser?.close());

const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('SIGTERM during a call announces the drain, refuses new meetings, ends within its deadline, and leaves no process', async (context) => {
  const server = await startServer({ name: 'shutdown', env: { DRAIN_DEADLINE_SECONDS: '4' } });
  try {
    const meeting = await server.openMeeting('drained');
    const tabs = await openCall(browser, server, meeting);
    await allSeeAndHear(tabs);
    const children = server.descendants();
    assert.ok(children.length >= 2, 'the workers are processes of their own');
    const { containerId, workers } = await server.status();
    const events = await server.events();

    const asked = Date.now();
    const ended = server.terminate({ timeout: 15_000 });
    await events.next('the drain is announced', ({ type }) => type === 'server.draining', { timeout: 3000 });
    const refused = await server.request('POST', '/v1/createMeeting', {
      meetingId: 'too-late',
      containerId,
      routers: { routerCapacity: 1, workerId: workers[0].workerId },
    });
    assert.equal(refused.status, 503, refused.text);
    assert.equal((await server.get('/ready')).status, 503);
    assert.equal((await server.get('/health')).status, 200);
    await allSeeAndHear(tabs); // the call goes on while it drains

    const exit = await ended;
    assert.ok(exit, 'the server ended');
    assert.deepEqual(exit, { code: 0, signal: null });
    const took = Date.now() - asked;
    context.diagnostic(`ended ${took} ms after SIGTERM with a drain deadline of 4 s`);
    assert.ok(took < 8000, `${took} ms`);
    await until('every process it started is gone', () => children.every((pid) => !alive(pid)), { timeout: 2000 });
    await events.close();
    await Promise.all(tabs.map((tab) => tab.closeTab()));
  } finally {
    await server.kill();
  }
});

test('SIGTERM without participants ends the server at once, and a second start finds its store in order', async () => {
  const server = await startServer({ name: 'shutdown-idle' });
  try {
    await server.openMeeting('idle');
    const asked = Date.now();
    assert.deepEqual(await server.terminate(), { code: 0, signal: null });
    assert.ok(Date.now() - asked < 3000, `${Date.now() - asked} ms`);
    const again = await startServer({ name: 'shutdown-again', env: { SQLITE_PATH: `${server.folder}/doordarshan.db` } });
    await again.openMeeting('second-life');
    await again.kill();
  } finally {
    await server.kill();
  }
});

test('when the server is killed outright, its workers end by themselves', async () => {
  const server = await startServer({ name: 'shutdown-killed' });
  try {
    const children = server.descendants();
    assert.ok(children.length >= 2);
    server.child.kill('SIGKILL'); // the server alone, not its group
    await server.exit;
    await until('the workers end', () => children.every((pid) => !alive(pid)), { timeout: 5000 });
  } finally {
    await server.kill();
  }
});
