import { closeSync, openSync, readdirSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import { socketFilter } from '../../../../src/host/sandbox/socket-filter.js'
import { stackWithin } from '../../../../src/host/stack-limit.js'
import { DEAF } from '../../../../src/runtime/embedded/guests/guest.js'
import { startProcessGuest } from '../../../../src/runtime/embedded/guests/process-guest.js'
import { MIB } from '../harness.js'

/** Opens files until no more can be opened than these. */
function leave(count: number): () => void {
  const opened: number[] = []
  const close = () => {
    for (const fd of opened.splice(0)) closeSync(fd)
  }
  onTestFinished(close)
  try {
    for (;;) opened.push(openSync('/dev/null', 'r'))
  } catch {
    for (const fd of opened.splice(opened.length - count)) closeSync(fd)
  }
  return close
}

it('a guest that takes connections under a filter reports that no more files can be opened for it', async () => {
  const limits = { memoryMaxBytes: MIB, tableMaxElements: 1 }
  const filter = { takesConnections: true, socketFilter: socketFilter('x64') }
  const close = leave(4)
  const guest = startProcessGuest({ ...limits, ...filter, entry: 'none', wrapper: [] })
  close()
  const closed = await new Promise((resolve) => guest.listen({ ...DEAF, closed: resolve }))
  expect(closed).toMatchObject({ how: expect.stringContaining('EMFILE') as string })
})

it('a guest that the system refuses to start leaves no file open', () => {
  const limits = { memoryMaxBytes: MIB, tableMaxElements: 1 }
  const tooLong = 'a'.repeat(MIB)
  const openFiles = () => readdirSync('/proc/self/fd').length
  const before = openFiles()
  expect(() => startProcessGuest({ ...limits, takesConnections: true, entry: tooLong, wrapper: [] })).toThrow(
    'E2BIG',
  )
  expect(openFiles()).toBe(before)
})

it('a stack has what V8 takes by itself where the limit of the system can not be read', () => {
  const close = leave(0)
  const bytes = stackWithin(4 * MIB)
  close()
  expect(bytes).toBe(984 * 1024)
})
