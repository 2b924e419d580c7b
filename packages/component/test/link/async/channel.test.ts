import { describe, expect, it } from 'vitest'
import { Channel, COPY, type Items } from '../../../link/async/channel.js'
import { consume, hostFuture, hostStream } from '../../../link/async/host.js'

/** One end of a channel. It records its events, and is busy after a copy until it has taken the event. */
const side = (length: number, values: readonly unknown[] = []) => {
  const seen: unknown[] = []
  let left = length
  let reclaim: (() => void) | undefined
  return {
    seen,
    takeEvent: () => reclaim?.(),
    pending: {
      side: {
        get remaining() {
          return left
        },
        take: (count: number): Items => {
          const from = length - left
          left -= count
          return values.slice(from, from + count)
        },
        put: (items: Items) => {
          left -= items.length
          seen.push(...items)
        },
      },
      copied: (take: () => void) => {
        reclaim = take
        seen.push('copied')
      },
      done: (result: number) => {
        seen.push(Object.entries(COPY).find(([, code]) => code === result)?.[0])
      },
    },
  }
}

const writer = (...values: unknown[]) => side(values.length, values)

describe('a channel', () => {
  it('copies when the second side arrives, and as much as fits', () => {
    const channel = new Channel()
    const source = writer(1, 2, 3)
    channel.write(source.pending)
    const first = side(2)
    const second = side(2)
    channel.read(first.pending)
    channel.read(second.pending)
    expect([first.seen, second.seen]).toStrictEqual([
      [1, 2, 'completed'],
      [3, 'completed'],
    ])
    expect(source.seen).toStrictEqual(['copied', 'copied'])
  })

  it('notifies a side whose buffer is full or empty when the other side arrives', () => {
    const channel = new Channel()
    const source = writer(1)
    channel.write(source.pending)
    channel.read(side(1).pending)
    const next = side(1)
    channel.read(next.pending)
    expect([source.seen, next.seen]).toStrictEqual([['copied', 'completed'], []])
  })

  it('is free again once the event of a copy was delivered', () => {
    const channel = new Channel()
    const source = writer(1)
    channel.write(source.pending)
    channel.read(side(1).pending)
    source.takeEvent()
    const again = writer(2)
    channel.write(again.pending)
    const sink = side(1)
    channel.read(sink.pending)
    expect(sink.seen).toStrictEqual([2, 'completed'])
  })

  it('lets a reader wait for data with an empty read', () => {
    const channel = new Channel()
    const probe = side(0)
    channel.read(probe.pending)
    channel.write(writer().pending)
    expect(probe.seen).toStrictEqual([])
    channel.write(writer(1).pending)
    expect(probe.seen).toStrictEqual(['completed'])
  })

  it.each(['read', 'write'] as const)(
    'tells a side that waits to %s that the other end was dropped',
    (direction) => {
      const channel = new Channel()
      const waits = writer(1)
      channel[direction](waits.pending)
      channel.drop()
      channel.drop()
      const late = writer(1)
      channel[direction](late.pending)
      expect([waits.seen, late.seen]).toStrictEqual([['dropped'], ['dropped']])
    },
  )

  it('can be cancelled once', () => {
    const channel = new Channel()
    const waits = side(1)
    channel.read(waits.pending)
    channel.cancel(waits.pending.side)
    channel.cancel(waits.pending.side)
    const source = writer(1)
    channel.write(source.pending)
    expect([waits.seen, source.seen]).toStrictEqual([['cancelled'], []])
  })
})

describe('the host', () => {
  it('writes a stream piece by piece, and closes it at its end', () => {
    const pieces = [[1, 2], [3]]
    const closed: string[] = []
    const channel = hostStream({ take: () => pieces.shift(), close: () => closed.push('closed') })
    const read = () => {
      const sink = side(10)
      channel.read(sink.pending)
      return sink.seen
    }
    expect([read(), read(), closed, read(), read(), closed]).toStrictEqual([
      [1, 2, 'completed'],
      [3, 'completed'],
      ['closed'],
      ['dropped'],
      ['dropped'],
      ['closed'],
    ])
  })

  it('learns that its stream was dropped', () => {
    const closed: string[] = []
    hostStream({ take: () => [1], close: () => closed.push('closed') }).drop()
    expect(closed).toStrictEqual(['closed'])
  })

  it.each(['before', 'after'])('resolves a future %s it is read', (order) => {
    const { future, resolve } = hostFuture()
    if (order === 'before') resolve('value')
    const sink = side(1)
    future.read(sink.pending)
    if (order === 'after') resolve('value')
    expect(sink.seen).toStrictEqual(['value', order === 'before' ? 'completed' : 'copied'])
  })

  it('reads all that a guest writes, before and after receiving the stream', () => {
    const channel = new Channel()
    const early = writer(1)
    channel.write(early.pending)
    const got: unknown[] = []
    consume(channel, {
      put: (items) => {
        got.push(...items)
        return true
      },
      end: () => got.push('end'),
    })
    early.takeEvent()
    const late = writer(2, 3)
    channel.write(late.pending)
    channel.drop()
    expect([got, late.seen]).toStrictEqual([[1, 2, 3, 'end'], ['completed']])
  })

  it('ends a stream when it can accept no more', () => {
    const channel = new Channel()
    const got: unknown[] = []
    consume(channel, {
      put: (items) => {
        got.push(...items)
        return false
      },
      end: () => got.push('end'),
    })
    const first = writer(1)
    const second = writer(2)
    channel.write(first.pending)
    channel.write(second.pending)
    expect([got, first.seen, second.seen]).toStrictEqual([[1], ['completed'], ['dropped']])
  })

  it('refuses a value that is not a stream', () => {
    expect(() => consume(1, { put: () => true, end: () => undefined })).toThrow(TypeError)
  })
})
