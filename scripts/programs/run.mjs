import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { withOwnNode } from '../exec-command.mjs'

/** What takes longer is run once. */
const SLOW_MS = 10_000

export const median = (numbers) => numbers.sort((x, y) => x - y)[Math.floor(numbers.length / 2)]

const runOnce = (command, input, report) => {
  const startedAt = performance.now()
  const { status, stdout } = spawnSync('/usr/bin/time', ['-f', '%M %U %S', '-o', report, ...command], {
    input,
    env: withOwnNode,
    maxBuffer: 2 ** 28,
  })
  const ms = performance.now() - startedAt
  const [kilobytes, ...cpu] = readFileSync(report, 'utf8').trim().split('\n').at(-1).split(' ').map(Number)
  const cpuMs = cpu.reduce((sum, each) => sum + each * 1000, 0)
  return { status, stdout: stdout.toString('latin1'), ms, cpuMs, megabytes: kilobytes / 1024 }
}

/**
 * Runs the same command several times, with a fresh directory each time; returns the first, with the medians of the times.
 *
 * @param {string} report a file for time(1)
 */
export const run = (command, { dir = false, input = '', ...options }, { data, runs, report }) => {
  const all = []
  for (let count = 0; count < runs && (count === 0 || all[0].ms < SLOW_MS); count += 1) {
    if (dir) data.prepare(options)
    const ended = runOnce(command, input, report)
    all.push({ ...ended, files: dir ? data.written() : '' })
  }
  return {
    ...all[0],
    ms: median(all.map(({ ms }) => ms)),
    cpuMs: median(all.map(({ cpuMs }) => cpuMs)),
  }
}
