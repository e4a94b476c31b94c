// SPDX-License-Identifier: MIT
// Plots of measured figures as SVG: bars with their ranges, and lines. They carry their own background, light or dark as the
// reader's browser prefers, and each series differs from its neighbours in more than its colour. Pure but for the command line:
//   node bench/plot.mjs SPEC.json PLOT.svg
// where SPEC is what plot() takes: { type: 'bars' | 'lines', title, subtitle, ... }.
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

const width = 860;
const left = 66;
const right = 24;
const top = 92;
const bottom = 64;

const style = `
    .page { fill: #ffffff } .title { fill: #15243d; font-weight: 600; font-size: 17px } .text { fill: #4a5568 } .value { fill: #15243d }
    .axis { stroke: #4a5568 } .grid { stroke: #e3e8ef } .range { stroke: #15243d; stroke-width: 1.3 }
    .s0 { --c: #8a8f98 } .s1 { --c: #1f6feb } .s2 { --c: #b3541e } .s3 { --c: #1a7f5a }
    .bar { fill: var(--c) } .line { stroke: var(--c); fill: none; stroke-width: 2.5 } .dash { stroke-dasharray: 6 5 } .dot { fill: var(--c) }
    @media (prefers-color-scheme: dark) {
      .page { fill: #161b22 } .title, .value { fill: #e6edf3 } .text { fill: #a5b0bd } .axis { stroke: #a5b0bd } .grid { stroke: #2b323b } .range { stroke: #e6edf3 }
      .s0 { --c: #8b949e } .s1 { --c: #58a6ff } .s2 { --c: #e88d4f } .s3 { --c: #45c08a }
    }`;

const escape = (text) => String(text).replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]);
const at = (value) => Number(value.toFixed(1));
const text = (x, y, words, { kind = 'text', anchor = 'start', rotate } = {}) =>
  `<text class="${kind}" x="${at(x)}" y="${at(y)}" text-anchor="${anchor}"${rotate ? ` transform="rotate(${rotate} ${at(x)} ${at(y)})"` : ''}>${escape(words)}</text>`;
const segment = (kind, x1, y1, x2, y2) => `<line class="${kind}" x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}"/>`;

/** Round numbers from 0 to just above `most`, four to eight of them. */
export function ticks(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [0.2, 0.25, 0.5, 1, 2].map((one) => one * power).find((one) => most / one <= 7) ?? 2 * power;
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, index) => Number((index * step).toPrecision(6)));
}

/** 1, 2, 5, 10 ... around the values. */
export function logTicks(least, most) {
  const all = [];
  for (let power = 10 ** Math.floor(Math.log10(least)); power <= most * 10; power *= 10) all.push(...[1, 2, 5].map((one) => Number((one * power).toPrecision(3))));
  const first = all.findLastIndex((one) => one <= least);
  return all.slice(Math.max(0, first), all.findIndex((one) => one >= most) + 1);
}

function frame(spec, height, parts, names) {
  let x = left;
  const legend = names.map((name, index) => {
    const dashed = spec.type === 'lines' && spec.series[index].dashed ? ' dash' : '';
    const mark =
      spec.type === 'lines'
        ? `<line class="line s${(spec.series[index].colour ?? index) % 4}${dashed}" x1="${x}" y1="70" x2="${x + 26}" y2="70"/>`
        : `<rect class="bar s${index % 4}" x="${x}" y="63" width="14" height="14" rx="2"/>`;
    const word = x + (spec.type === 'lines' ? 32 : 20);
    x = word + name.length * 7.2 + 22;
    return mark + text(word, 75, name);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img">`,
    `  <title>${escape(spec.title)}</title>`,
    `  <style>${style}\n  </style>`,
    `  <rect class="page" width="${width}" height="${height}" rx="8"/>`,
    `  ${text(left - 46, 30, spec.title, { kind: 'title' })}`,
    `  ${text(left - 46, 50, spec.subtitle ?? '')}`,
    ...[...legend, ...parts].map((part) => `  ${part}`),
    '</svg>',
    '',
  ].join('\n');
}

function valueAxis(spec, marks, yOf, height) {
  const parts = marks.flatMap((mark) => [segment('grid', left, yOf(mark), width - right, yOf(mark)), text(left - 8, yOf(mark) + 4, mark, { anchor: 'end' })]);
  parts.push(text(18, (top + height - bottom) / 2, spec.yLabel, { anchor: 'middle', rotate: -90 }));
  return parts;
}

/** `groups: [{ label, bars: [{ value, low, high } for each of `series`], note }]`; a note stands above its group. */
function bars(spec) {
  const height = 420;
  const marks = ticks(Math.max(...spec.groups.flatMap(({ bars: all }) => all.map(({ value, high }) => high ?? value))));
  const yOf = (value) => height - bottom - (value / marks.at(-1)) * (height - top - bottom);
  const parts = valueAxis(spec, marks, yOf, height);
  const groupWidth = (width - left - right) / spec.groups.length;
  const barWidth = Math.min(34, (groupWidth * 0.72) / spec.series.length);
  spec.groups.forEach((group, index) => {
    const middle = left + groupWidth * (index + 0.5);
    const begin = middle - (barWidth * group.bars.length) / 2;
    group.bars.forEach(({ value, low, high }, series) => {
      const x = begin + series * barWidth;
      parts.push(`<rect class="bar s${series % 4}" x="${at(x + 1)}" y="${at(yOf(value))}" width="${at(barWidth - 2)}" height="${at(yOf(0) - yOf(value))}" rx="2"/>`);
      if (low !== undefined) parts.push(segment('range', x + barWidth / 2, yOf(low), x + barWidth / 2, yOf(high)));
    });
    if (group.note) parts.push(text(middle, yOf(Math.max(...group.bars.map(({ value, high }) => high ?? value))) - 6, group.note, { kind: 'value', anchor: 'middle' }));
    group.label.split('\n').forEach((line, row) => parts.push(text(middle, height - bottom + 18 + row * 15, line, { anchor: 'middle' })));
  });
  parts.push(segment('axis', left, yOf(0), width - right, yOf(0)));
  return frame(spec, height, parts, spec.series);
}

/** `series: [{ name, colour, dashed, points: [[x, y]] }]`, y on a logarithmic axis if `logarithmic`; `limit: { y, label }` is a line of its own. */
function lines(spec) {
  const height = 440;
  const points = spec.series.flatMap((series) => series.points);
  const values = points.map(([, y]) => y).concat(spec.limit ? [spec.limit.y] : []);
  const marks = spec.logarithmic ? logTicks(Math.min(...values), Math.max(...values)) : ticks(Math.max(...values));
  const scale = spec.logarithmic ? Math.log : (value) => value;
  const yOf = (value) => height - bottom - ((scale(value) - scale(marks[0])) / (scale(marks.at(-1)) - scale(marks[0]))) * (height - top - bottom);
  const across = ticks(Math.max(...points.map(([x]) => x)));
  const xOf = (value) => left + (value / across.at(-1)) * (width - left - right - 8);
  const parts = valueAxis(spec, marks, yOf, height);
  for (const mark of across) parts.push(text(xOf(mark), height - bottom + 18, mark, { anchor: 'middle' }));
  parts.push(text((left + width - right) / 2, height - 20, spec.xLabel, { anchor: 'middle' }));
  if (spec.limit) parts.push(`<line class="axis" stroke-dasharray="2 4" x1="${left}" y1="${at(yOf(spec.limit.y))}" x2="${width - right}" y2="${at(yOf(spec.limit.y))}"/>`, text(left + 6, yOf(spec.limit.y) + 16, spec.limit.label));
  spec.series.forEach((series, index) => {
    const colour = `s${(series.colour ?? index) % 4}`;
    const path = series.points.map(([x, y], number) => `${number === 0 ? 'M' : 'L'}${at(xOf(x))} ${at(yOf(y))}`).join(' ');
    parts.push(`<path class="line ${colour}${series.dashed ? ' dash' : ''}" d="${path}"/>`);
    for (const [x, y] of series.points) parts.push(`<circle class="dot ${colour}" cx="${at(xOf(x))}" cy="${at(yOf(y))}" r="3.5"/>`);
  });
  parts.push(segment('axis', left, height - bottom, width - right, height - bottom));
  return frame(spec, height, parts, spec.series.map(({ name }) => name));
}

export function plot(spec) {
  const draw = { bars, lines }[spec.type];
  if (!draw) throw new Error(`a plot is of type bars or lines, not ${spec.type}`);
  return draw(spec);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [from, to] = process.argv.slice(2);
  fs.writeFileSync(to, plot(JSON.parse(fs.readFileSync(from, 'utf8'))));
}
