// SPDX-License-Identifier: MIT
// What to do when a socket is lost: the pure step, with time as an argument.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { backoff } from '../src/base/backoff';
import { DoordarshanError } from '../src/errors';
import { initialRecovery, recoveryStep, type RecoveryEffect, type RecoveryInput, type RecoveryState } from '../src/signaling/recovery';

function run(inputs: readonly RecoveryInput[], renewable = false): { state: RecoveryState; effects: readonly RecoveryEffect[] } {
  let step: { state: RecoveryState; effects: readonly RecoveryEffect[] } = { state: initialRecovery(renewable), effects: [] };
  for (const input of inputs) step = recoveryStep(step.state, input, 0.5);
  return step;
}

const inMeeting: readonly RecoveryInput[] = [{ type: 'start' }, { type: 'opened' }, { type: 'entered' }, { type: 'stable' }];
const refusal = (code: ConstructorParameters<typeof DoordarshanError>[0], reason?: string, retryAfter?: number): RecoveryInput => ({
  type: 'refused',
  error: new DoordarshanError(code, 'no', { reason, retryAfter }),
});

describe('recovery', () => {
  it('joins on the first socket and resumes on the next', () => {
    assert.deepEqual(run([{ type: 'start' }]).effects, [{ type: 'connect' }]);
    assert.deepEqual(run([{ type: 'start' }, { type: 'opened' }]).effects, [{ type: 'enter', how: 'join' }]);
    assert.deepEqual(run([...inMeeting, { type: 'closed', code: 1006 }, { type: 'wake' }, { type: 'opened' }]).effects, [{ type: 'enter', how: 'resume' }]);
  });

  it('joins anew on the same socket when the session is gone, and on each one after', () => {
    const gone = [...inMeeting, { type: 'closed', code: 1006 }, { type: 'wake' }, { type: 'opened' }, refusal('not_found', 'session_gone')] as const;
    assert.deepEqual(run(gone).effects, [{ type: 'enter', how: 'join' }]);
    const broken = [...gone, { type: 'closed', code: 1006 }, { type: 'wake' }, { type: 'opened' }] as const;
    assert.deepEqual(run(broken).effects, [{ type: 'enter', how: 'join' }]);
  });

  it('does not come back after left, replaced, removed and ended', () => {
    for (const [code, reason] of [[1000, 'left'], [4001, 'replaced'], [4003, 'removed'], [4004, 'ended']] as const) {
      const { state, effects } = run([...inMeeting, { type: 'closed', code }]);
      assert.equal(state.phase, 'closed');
      assert.deepEqual(effects.at(-1), { type: 'finish', reason });
      assert.deepEqual(recoveryStep(state, { type: 'wake' }, 0).effects, []);
    }
  });

  it('comes back after every other code', () => {
    for (const code of [1001, 1006, 1011, 1012, 4008, 4010, 4029, 4999]) {
      const { state, effects } = run([...inMeeting, { type: 'closed', code }]);
      assert.equal(state.phase, 'waiting', String(code));
      assert.equal(effects.at(-1)?.type, 'wait');
    }
  });

  it('connects at once when the server stops, and slowly when it asked too often', () => {
    const waitAfter = (code: number): number => {
      const effect = run([...inMeeting, { type: 'closed', code }]).effects.at(-1);
      return effect?.type === 'wait' ? effect.milliseconds : Number.NaN;
    };
    assert.ok(waitAfter(1001) <= 300);
    assert.ok(waitAfter(4029) >= 2000);
  });

  it('waits longer after each failure, never more than ten seconds, and for ever', () => {
    let { state } = run([...inMeeting, { type: 'closed', code: 1006 }]);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 200; ++attempt) {
      state = recoveryStep(state, { type: 'wake' }, 1).state;
      const step = recoveryStep(state, { type: 'closed', code: 1006 }, 0.999);
      state = step.state;
      const effect = step.effects.at(-1);
      assert.equal(effect?.type, 'wait');
      if (effect?.type === 'wait') waits.push(effect.milliseconds);
    }
    assert.deepEqual([...waits].sort((a, b) => a - b), waits);
    assert.ok((waits.at(-1) ?? 0) <= 10_000 && (waits.at(-1) ?? 0) > 9_000);
  });

  it('counts a connection that breaks at once as a failure', () => {
    const first = run([...inMeeting, { type: 'closed', code: 1006 }]);
    const flapping = run([...inMeeting, { type: 'closed', code: 1006 }, { type: 'wake' }, { type: 'opened' }, { type: 'entered' }, { type: 'closed', code: 1006 }]);
    assert.ok(flapping.state.attempt > first.state.attempt);
  });

  it('tells the person who joins for the first time what is wrong', () => {
    for (const [code, reason] of [['unauthorized', 'token_expired'], ['forbidden', 'meeting_locked'], ['conflict', 'meeting_full'], ['unavailable', 'cluster_full']] as const) {
      const { state, effects } = run([{ type: 'start' }, { type: 'opened' }, refusal(code, reason)]);
      assert.equal(state.phase, 'closed', reason);
      const last = effects.at(-1);
      assert.ok(last?.type === 'finish' && last.reason === 'refused' && last.error?.reason === reason);
    }
  });

  it('waits for a place when the meeting filled up while it was away', () => {
    const { state } = run([...inMeeting, { type: 'closed', code: 1006 }, { type: 'wake' }, { type: 'opened' }, refusal('not_found', 'session_gone'), refusal('conflict', 'meeting_full')]);
    assert.equal(state.phase, 'waiting');
  });

  it('honours retryAfter', () => {
    const effect = run([{ type: 'start' }, { type: 'opened' }, refusal('unavailable', undefined, 7)]).effects.at(-1);
    assert.deepEqual(effect, { type: 'wait', milliseconds: 7000 });
  });

  it('asks for a fresh token where one can be had, and not for ever', () => {
    const expired: RecoveryInput[] = [{ type: 'start' }];
    for (let i = 0; i < 3; ++i) expired.push({ type: 'opened' }, refusal('unauthorized', 'token_expired'), { type: 'wake' });
    assert.equal(run(expired, true).state.phase, 'connecting');
    assert.equal(run([...expired, { type: 'opened' }, refusal('unauthorized', 'token_expired')], true).state.phase, 'closed');
  });

  it('is over once left', () => {
    for (const before of [[], [{ type: 'start' }], inMeeting, [...inMeeting, { type: 'closed', code: 1006 }]] as const) {
      const { state, effects } = run([...before, { type: 'leave' }]);
      assert.equal(state.phase, 'closed');
      assert.deepEqual(effects.at(-1), { type: 'finish', reason: 'left' });
    }
  });
});

describe('backoff', () => {
  it('spreads the clients of a server that stopped', () => {
    assert.equal(backoff(0, 0), 0);
    assert.equal(backoff(0, 0.999), 300);
    assert.ok(backoff(3, 0) < backoff(3, 0.999));
    assert.equal(backoff(1000, 0.9999), 10_000);
  });
});
