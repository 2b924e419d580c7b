import { describe, expect, it } from 'vitest'
import { OF_CHILDREN } from '../harness.js'
import { ask, serve } from './server.js'

describe.runIf(process.platform === 'linux')('the usage of a component that serves HTTP', () => {
  it('counts what its children have used since they began to serve it', async () => {
    const { runtime, port } = await serve({}, {}, { isolation: OF_CHILDREN, metered: true })
    const before = runtime.usage?.('task')
    expect(before?.memoryBytes).toBeGreaterThan(10e6)
    for (let i = 0; i < 20; i++) await ask(port, '/')
    const after = runtime.usage?.('task')
    expect(after?.cpuSeconds).toBeGreaterThanOrEqual(before?.cpuSeconds ?? Infinity)
    expect(after?.elapsedMs).toBeGreaterThan(before?.elapsedMs ?? Infinity)
  })
})
