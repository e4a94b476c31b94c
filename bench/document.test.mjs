// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import test from 'node:test';

import { replaceSections } from './document.mjs';

test('a section that is measured again takes its own place, and the others stay as they are', () => {
  const before = '# Old\n\n## Media API\n\nold api\n\n## Recording\n\nold recording\n\n### Composing\n\nkept\n';
  const after = replaceSections(before, [['## Media API', '', 'new api', '']]);
  assert.match(after, /^# Benchmarks\n/);
  assert.ok(after.includes('## Media API\n\nnew api\n\n## Recording\n\nold recording\n\n### Composing\n\nkept\n'));
  assert.ok(!after.includes('old api'));
});

test('a new section comes where it belongs, whatever was measured first', () => {
  const after = replaceSections('', [['## Recording', ''], ['## Forwarding', ''], ['## First picture', '']]);
  assert.deepEqual(after.match(/^## .*/gm), ['## First picture', '## Forwarding', '## Recording']);
});
