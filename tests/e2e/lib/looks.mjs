// SPDX-License-Identifier: MIT
// How a page looks, light and dark, on a desktop and on a phone: pictures for people, and what a machine can judge: axe's rules of
// WCAG 2 A and AA, and whether anything is wider than the window.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { repository } from './server.mjs';

export const looksFolder = path.join(path.resolve(process.env.DD_BUILD_DIR ?? path.join(repository, 'build')), 'e2e', 'looks');
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const windows = [
  { name: 'desktop', size: { width: 1280, height: 800 } },
  { name: 'phone', size: { width: 390, height: 844 } },
];

// Pictures of what the page shows now, whole where it may be scrolled; answers what is wrong. The window is a desktop's afterwards.
export async function lookAt(page, name, { whole = true } = {}) {
  fs.mkdirSync(looksFolder, { recursive: true });
  const faults = [];
  await page.bringToFront(); // a tab behind another paints once a second
  for (const { name: window, size } of windows) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.waitForFunction((scheme) => document.documentElement.dataset.theme === scheme && document.fonts.status === 'loaded', colorScheme);
      await settled(page);
      await page.screenshot({ path: path.join(looksFolder, `${name}-${window}-${colorScheme}.png`), fullPage: whole });
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wider > 0) faults.push(`${window}, ${colorScheme}: the page is ${wider} px wider than the window`);
      for (const fault of await violationsOf(page)) faults.push(`${window}, ${colorScheme}: ${fault}`);
    }
  }
  await page.setViewportSize(windows[0].size);
  return faults;
}

// Layout follows sizes that are observed, and colours change over a moment: two frames, then whatever transition runs to its end.
const settled = (page) =>
  page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    const passing = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.all(passing.map(({ finished }) => finished.catch(() => {})));
    await frame();
  });

async function violationsOf(page) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa'], resultTypes: ['violations'] });
    return violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map(({ target, any }) => `${target.join(' ')} ${any[0]?.message ?? ''}`) }));
  });
  return violations.map(({ id, help, where }) => `axe ${id}: ${help} (${where.join('; ')})`);
}
