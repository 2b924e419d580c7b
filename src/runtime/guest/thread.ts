import { readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { garbageCollector } from './collect.js'
import { createPortLink, isThreadData, isThreadMessage } from './channel/port-link.js'
import type { ReadyMessage } from './channel/protocol.js'
import { createTaskLoop } from './task/task-loop.js'
import { codeOf } from '../../model/code-of.js'

/** Entry of a worker thread. */
function main(): void {
  if (parentPort === null || !isThreadData(workerData))
    throw new Error('this file is the entry of a worker thread')
  const link = createPortLink(parentPort, workerData)
  const handle = createTaskLoop(link, garbageCollector(), hello())
  parentPort.on('message', (data: unknown) => {
    if (isThreadMessage(data) && !link.settle(data)) void handle(data.message, data.body)
  })
}

/** Linux only; elsewhere the link does not exist. */
function hello(): ReadyMessage {
  try {
    return { type: 'ready', threadId: Number(basename(readlinkSync('/proc/thread-self'))) }
  } catch (error) {
    if (codeOf(error) === undefined) throw error
    return { type: 'ready' }
  }
}

main()
