import type { Bytes } from '@proplet/component/wasm/compile.js'
import { createDirectLink, type DirectHooks } from './channel/direct-link.js'
import type { BootMessage, GuestEnd, RunMessage } from './channel/protocol.js'
import { Modules } from './task/modules.js'
import { performTask } from './task/task.js'

/** What to run: the messages that another process would get. */
export type DirectRun = { readonly boot: BootMessage; readonly run: RunMessage; readonly binary: Bytes }

/**
 * Runs one task on this thread, with the standard streams of this process and without a network. Blocks until the guest has
 * ended, unless it is asynchronous.
 */
export function runDirectly(
  { boot, run, binary }: DirectRun,
  hooks: DirectHooks,
): GuestEnd | Promise<GuestEnd> {
  const context = { boot, modules: new Modules(boot), link: createDirectLink(hooks) }
  const outcome = performTask(run, binary, context)
  if (outcome instanceof Promise) return outcome.then(({ end }) => end)
  if ('serve' in outcome) throw new Error('a task that runs once does not serve')
  return outcome.end
}
