// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import test from 'node:test';

import { compare, median, medianAndRange, ratios } from './summary.mjs';

test('the median of an even number of rounds lies between the two in the middle', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
});

test('a range is shown only where there is one', () => {
  assert.equal(medianAndRange([2, 4, 3]), '3.00 (2.00 to 4.00)');
  assert.equal(medianAndRange([250, 250]), '250');
});

test('a ratio is of the rounds that ran side by side, so that a slow minute of the machine does not count for one side', () => {
  const [stock, ours] = [[{ cpu: 4 }, { cpu: 8 }], [{ cpu: 2 }, { cpu: 4 }]];
  assert.deepEqual(ratios(stock, ours, 'cpu'), [0.5, 0.5]);
  assert.equal(compare(stock, ours, 'cpu'), '6.00 (4.00 to 8.00) and 3.00 (2.00 to 4.00), ratio 0.50');
});
