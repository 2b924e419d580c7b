import { parentPort, workerData } from 'node:worker_threads'
import { garbageCollector } from './collect.js'
import { createPortLink, isThreadData, isThreadMessage } from './port-link.js'
import { createTaskLoop } from './task-loop.js'

/** Entry of a worker thread. */
function main(): void {
  if (parentPort === null || !isThreadData(workerData))
    throw new Error('this file is the entry of a worker thread')
  const handle = createTaskLoop(createPortLink(parentPort, workerData), garbageCollector())
  parentPort.on('message', (data: unknown) => {
    if (isThreadMessage(data)) void handle(data.message, data.body)
  })
}

main()
