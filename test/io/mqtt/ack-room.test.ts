import { describe, expect, it } from 'vitest'
import { AckRoom, MAX_WAITING_TO_ACKNOWLEDGE } from '../../../src/io/mqtt/ack-room.js'

describe('AckRoom', () => {
  it('holds acknowledgements while too much waits, until half of it has gone', async () => {
    let waiting = MAX_WAITING_TO_ACKNOWLEDGE - 1
    const room = new AckRoom(() => waiting)
    expect(room.ready()).toBeUndefined()
    waiting = MAX_WAITING_TO_ACKNOWLEDGE
    const ready = room.ready()
    expect(ready).toBeInstanceOf(Promise)
    expect(room.ready()).toBe(ready)
    const told: string[] = []
    void ready?.then(() => told.push('ready'))

    waiting = MAX_WAITING_TO_ACKNOWLEDGE / 2
    room.changed()
    await Promise.resolve()
    expect(told).toEqual([])
    waiting -= 1
    room.changed()
    await ready
    expect(told).toEqual(['ready'])
    expect(room.ready()).toBeUndefined()
  })
})
