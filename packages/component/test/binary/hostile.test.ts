import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { componentLines } from '../../../../src/cli/inspect/component-lines.js'
import { decodeComponent } from '../../binary/decode.js'
import { ComponentError } from '../../error.js'
import { describe as describeComponent } from '../../describe/describe.js'
import { COMPONENTS, componentFixture } from './encode.js'

/** Processor time, so that other processes do not count; an attempt takes some milliseconds. */
const HANG_MS = 5000

const processorMs = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1000
}

type End = 'accepted' | 'refused'

/** Decodes, describes and prints. The test fails unless this gives an answer or a `ComponentError` in time. */
const attempt = (bytes: Uint8Array): End => {
  const startedAt = process.cpuUsage()
  try {
    for (const line of componentLines(describeComponent(decodeComponent(bytes))))
      expect(line.length).toBeLessThan(10_000)
    return 'accepted'
  } catch (error) {
    if (!(error instanceof ComponentError)) throw error
    expect(error.offset).toBeLessThanOrEqual(bytes.length)
    return 'refused'
  } finally {
    expect(processorMs(startedAt)).toBeLessThan(HANG_MS)
  }
}

const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]

describe.each(COMPONENTS)('%s', (name) => {
  const original = componentFixture(name)

  it('is accepted unchanged', () => {
    expect(attempt(original)).toBe('accepted')
  })

  it('does no harm with some bytes changed', () => {
    const position = fc.nat({ max: Math.min(original.length, 20_000) - 1 })
    const changes = fc.array(fc.tuple(position, fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(changes, (list) => {
        const bytes = Uint8Array.from(original)
        for (const [at, byte] of list) bytes[at] = byte
        attempt(bytes)
      }),
      { numRuns: 150 },
    )
  })

  it('does no harm when cut off, or with a piece missing or repeated', () => {
    const place = fc.nat({ max: original.length })
    fc.assert(
      fc.property(place, place, fc.boolean(), (a, b, doubled) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        const middle = doubled ? original.subarray(from, to) : []
        attempt(original.subarray(0, from))
        attempt(
          Uint8Array.from([
            ...original.subarray(0, to),
            ...middle,
            ...original.subarray(doubled ? to : from),
          ]),
        )
      }),
      { numRuns: 30 },
    )
  })
})

it('64 KB of garbage does no harm', () => {
  const garbage = fc.uint8Array({ minLength: 65_536, maxLength: 65_536 })
  fc.assert(
    fc.property(garbage, fc.integer({ min: 1, max: 11 }), (bytes, id) => {
      attempt(Uint8Array.from([...PREAMBLE, ...bytes]))
      attempt(Uint8Array.from([...PREAMBLE, id, 0x80, 0x80, 0x04, ...bytes]))
    }),
    { numRuns: 20 },
  )
})

/** A section that repeats one definition until the file is full. */
const repeated = (id: number, definition: readonly number[]): Uint8Array => {
  const count = Math.floor(49_000 / definition.length)
  const leb = (value: number) => [(value & 0x7f) | 0x80, ((value >> 7) & 0x7f) | 0x80, value >> 14]
  const body = [...leb(count), ...Array.from({ length: count }, () => definition).flat()]
  return Uint8Array.from([...PREAMBLE, id, ...leb(body.length), ...body])
}

it('64 KB of empty interfaces, and of empty component types, are refused', () => {
  expect(attempt(repeated(7, [0x42, 0x00]))).toBe('refused')
  expect(attempt(repeated(7, [0x41, 0x00]))).toBe('refused')
})

it('48 KB of the smallest definitions do no harm', () => {
  const smallest: readonly (readonly [section: number, ...bytes: number[]])[] = [
    [7, 0x7f],
    [7, 0x40, 0x00, 0x01, 0x00],
    [2, 0x01, 0x00],
    [3, 0x50, 0x00],
    [5, 0x01, 0x00],
    [8, 0x05],
  ]
  for (const [id, ...definition] of smallest) expect(attempt(repeated(id, definition))).toBe('accepted')
})
