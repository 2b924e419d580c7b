import { writeFileSync } from 'node:fs'
import { garbageCollector } from './collect.js'
import { createInbox } from './channel/inbox.js'
import { createPipeLink, readFrame } from './channel/pipe-link.js'
import { createTaskLoop } from './task/task-loop.js'
import { codeOf } from '../../model/code-of.js'

/**
 * Entry of a child process. Only synchronous reads and writes, never `process.stdout` or `console`: either would make
 * fd 1 non-blocking, and lose output of guests. Between tasks the event loop turns once, for V8's deferred work.
 */
function main(): void {
  sacrificeFirst()
  const inbox = createInbox(() => setImmediate(next))
  const handle = createTaskLoop(createPipeLink(), garbageCollector(), { type: 'ready' }, inbox)
  const next = () => {
    const frame = readFrame()
    if (frame === undefined) process.exit(0)
    const pending = handle(frame.message, frame.body)
    if (inbox?.isOpen === true) return
    if (pending === undefined) setImmediate(next)
    else void pending.then(() => setImmediate(next))
  }
  next()
}

/** When the machine runs out of memory, guests go before the daemon. Linux only; elsewhere there is no such file. */
function sacrificeFirst(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000')
  } catch (error) {
    if (codeOf(error) === undefined) throw error
  }
}

main()
