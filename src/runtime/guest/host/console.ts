import { fstatSync, statSync } from 'node:fs'
import { devNull } from 'node:os'
import type { WasiOptions } from '@proplet/wasi/host/options.js'
import { standardInput } from './component-parts.js'
import type { RunMessage } from '../channel/protocol.js'

const [STDIN, STDOUT, STDERR] = [0, 1, 2] as const

/** Access of a guest to this process's standard streams, besides writing to them. */
export function consoleOf({ console }: RunMessage): Pick<WasiOptions, 'stdin' | 'terminals'> {
  if (console === undefined) return {}
  const terminals = {
    stdin: console.stdin && isTerminal(STDIN),
    stdout: isTerminal(STDOUT),
    stderr: isTerminal(STDERR),
  }
  return console.stdin ? { stdin: new (standardInput().ProcessInput)(), terminals } : { terminals }
}

/**
 * Asks the module for terminals only about devices that may be one, because it loads that for networks with it: the null device, often
 * found here, is none.
 */
function isTerminal(fd: number): boolean {
  const stats = fstatSync(fd)
  if (!stats.isCharacterDevice() || stats.rdev === statSync(devNull).rdev) return false
  return process.getBuiltinModule('node:tty').isatty(fd)
}
