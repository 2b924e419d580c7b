import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Fifo } from '../../../src/io/mqtt/fifo.js'

it('behaves like an array', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('push' as const), n: fc.integer({ min: 1, max: 1500 }) }),
    fc.record({ do: fc.constant('shift' as const), n: fc.integer({ min: 1, max: 1500 }) }),
    fc.record({ do: fc.constant('putBack' as const), n: fc.integer({ min: 0, max: 3 }) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const fifo = new Fifo<number>()
      const model: number[] = []
      let value = 0
      for (const { do: what, n } of steps) {
        const values = Array.from({ length: n }, () => value++)
        if (what === 'push') {
          for (const item of values) fifo.push(item)
          model.push(...values)
        } else if (what === 'putBack') {
          fifo.putBack(values)
          model.unshift(...values)
        } else for (let i = 0; i < n; i++) expect(fifo.shift()).toBe(model.shift())
        expect(fifo.length).toBe(model.length)
      }
    }),
    { numRuns: 50 },
  )
})
