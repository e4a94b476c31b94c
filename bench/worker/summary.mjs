// SPDX-License-Identifier: MIT
// Medians, ranges and ratios of what turns have measured, as text. Pure.

const sorted = (list) => [...list].sort((one, other) => one - other)

export function median(list) {
  const ascending = sorted(list)
  const middle = ascending.length >> 1
  return ascending.length % 2 === 1 ? ascending[middle] : (ascending[middle - 1] + ascending[middle]) / 2
}

export const rangeOf = (list) => [Math.min(...list), Math.max(...list)]

/** Three digits that say something. */
export const digits = (value) => value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)

/** `12.3 (11.9 to 13.0)` */
export function medianAndRange(list, format = digits) {
  const [least, most] = rangeOf(list).map(format)
  return least === most ? least : `${format(median(list))} (${least} to ${most})`
}

/** Of the turns that ran one after the other, so that what slows the machine for a while slows both sides of a ratio. */
export const ratios = (before, after, key) => after.map((one, at) => one[key] / before[at][key])

export function compare(before, after, key) {
  const [one, other] = [before, after].map((turns) => medianAndRange(turns.map((turn) => turn[key])))
  return `${one} and ${other}, ratio ${medianAndRange(ratios(before, after, key), (value) => value.toFixed(2))}`
}

/** One turn, for people who watch. */
export function line(run) {
  if (run.cpuUs === undefined) return `worker ${(run.workerLoad * 100).toFixed(1)} %`
  return (
    `${run.cpuUs.toFixed(2)} us a packet, ${(run.packetsPerSecond / 1000).toFixed(1)} k packets/s, loss ${(run.loss * 100).toFixed(3)} %, wrong ${run.wrong}, ` +
    `latency ms p50 ${run.p50Ms.toFixed(2)} p99 ${run.p99Ms.toFixed(2)} max ${run.maxMs.toFixed(1)}, worker ${(run.workerLoad * 100).toFixed(0)} %, peers ${(run.peersLoad * 100).toFixed(0)} %` +
    (run.overflows > 0 ? `, peers overflowed ${run.overflows}` : '')
  )
}
