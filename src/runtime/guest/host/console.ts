import { isatty } from 'node:tty'
import type { WasiOptions } from '@proplet/wasi/host/options.js'
import { standardInput } from './component-parts.js'
import type { RunMessage } from '../channel/protocol.js'

const [STDIN, STDOUT, STDERR] = [0, 1, 2] as const

/** Access of a guest to this process's standard streams, besides writing to them. */
export function consoleOf({ console }: RunMessage): Pick<WasiOptions, 'stdin' | 'terminals'> {
  if (console === undefined) return {}
  const terminals = {
    stdin: console.stdin && isatty(STDIN),
    stdout: isatty(STDOUT),
    stderr: isatty(STDERR),
  }
  return console.stdin ? { stdin: new (standardInput().ProcessInput)(), terminals } : { terminals }
}
