// SPDX-License-Identifier: MIT
// docs/benchmarks.md: its sections, each of which can be measured and written again without the others.
import fs from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url));
const order = ['Media API', 'First picture', 'Signaling', 'Forwarding', 'One meeting on two cores', 'Recording'];
const preface = '# Benchmarks\n\nWritten by `make bench`; run it on your own machine before you rely on a figure. Each section says when and where it was measured.\n\n';

export const machine = () => `${os.cpus().length} cores (${os.cpus()[0].model.trim()}), ${Math.round(os.totalmem() / 2 ** 30)} GiB, Linux ${os.release()}`;

/** The line below a section's title. */
export const conditions = () => `Measured on ${new Date().toISOString().slice(0, 10)}: ${machine()}; server, workers, database, load and browser share the machine.`;

const titleOf = (section) => section.match(/^## (.*)/)[1];

/** `text` with these sections (lists of lines that begin with `## Title`) in the place of those with their titles. */
export function replaceSections(text, sections) {
  const byTitle = new Map(text.split(/^(?=## )/m).slice(1).map((section) => [titleOf(section), section]));
  for (const lines of sections) byTitle.set(titleOf(lines[0]), lines.join('\n'));
  const rank = (title) => (order.includes(title) ? order.indexOf(title) : order.length);
  const sorted = [...byTitle.keys()].sort((one, other) => rank(one) - rank(other));
  return `${preface}${sorted.map((title) => byTitle.get(title).trimEnd()).join('\n\n')}\n`;
}

export function writeSections(sections) {
  fs.writeFileSync(file, replaceSections(fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '', sections));
}
