import type { Link } from '../channel/link.js'
import { performTask, type TaskContext } from './task.js'

/**
 * It imports nothing, because V8 would load its optimising compiler for the import alone: 2.3 MB of each idle guest.
 * (module (memory (export "memory") 1) (func (export "_start")))
 */
const MODULE_BASE64 = 'AGFzbQEAAAABBAFgAAADAgEABQMBAAEHEwIGbWVtb3J5AgAGX3N0YXJ0AAAKBAECAAs='

const SILENT: Link = {
  send: () => {},
  queue: () => {},
  flush: () => {},
  write: () => {},
  ask: () => {
    throw new Error('the first task of the guest asks nothing')
  },
  receive: () => {
    throw new Error('the first task of the guest expects no message')
  },
}

/** The first task makes the second one fast: it loads and compiles everything that a task needs. Throws if it fails. */
export function warmUp(context: TaskContext): void {
  const report = performTask(
    {
      type: 'run',
      name: '_start',
      inputs: [],
      cliArgs: [],
      env: {},
      module: { digest: 'warm-up', from: 'body' },
      keep: false,
      evict: [],
      outputMaxBytes: null,
    },
    new Uint8Array(Buffer.from(MODULE_BASE64, 'base64')),
    { ...context, link: SILENT },
  )
  if (!('end' in report)) throw new Error('the first task of the guest did not end')
  if (report.end.kind === 'failed') throw new Error(`the first task of the guest failed: ${report.end.error}`)
}
