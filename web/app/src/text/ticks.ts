// SPDX-License-Identifier: MIT
// Round values along an axis. Pure.

// Steps of 1, 2, 5 x 10^n such that at most `most` intervals cover 0 to `max`.
export function niceScale(max: number, most = 4): { top: number; step: number } {
  const wanted = Math.max(max, 1e-9) / most;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= wanted - 1e-12) ?? 10 * power;
  return { top: Math.max(step, Math.ceil(max / step - 1e-9) * step), step };
}

const kTimeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];

// Seconds between labels so that there are at most `most` of them.
export function timeStep(seconds: number, most: number): number {
  return kTimeSteps.find((step) => seconds / step <= Math.max(1, most)) ?? 86_400 * Math.ceil(seconds / 86_400 / Math.max(1, most));
}
