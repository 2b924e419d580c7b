import { generate, type Packet } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { AckGate } from '../../../src/io/mqtt/ack-gate.js'

/** A gate for which the test decides when acknowledgements are safe, one after the other. */
const setUp = (isSafe = false) => {
  const waiting: (() => void)[] = []
  const released: Buffer[] = []
  const gate = new AckGate(
    () => (isSafe ? undefined : new Promise<void>((resolve) => waiting.push(resolve))),
    (bytes) => released.push(bytes),
  )
  const filter = (...chunks: Buffer[]) => Buffer.concat([...gate.filter(chunks)])
  const safe = async (n: number) => {
    waiting[n]?.()
    await Promise.resolve()
    await Promise.resolve()
  }
  return { gate, filter, released, safe }
}

const packet = (of: Packet): Buffer => generate(of)
const puback = packet({ cmd: 'puback', messageId: 1 })
const pubrec = packet({ cmd: 'pubrec', messageId: 2 })
const others = [
  packet({ cmd: 'pubrel', messageId: 3 }),
  packet({ cmd: 'pubcomp', messageId: 4 }),
  packet({ cmd: 'pingreq' }),
  // The payload looks like an acknowledgement.
  packet({
    cmd: 'publish',
    topic: 't',
    payload: Buffer.concat([pubrec, Buffer.alloc(300, pubrec)]),
    qos: 0,
    dup: false,
    retain: false,
  }),
]

describe('AckGate', () => {
  it('does not look into what is passed', () => {
    const { gate, filter } = setUp()
    gate.pass(pubrec)
    expect(filter(pubrec)).toEqual(pubrec)
  })

  it('passes everything unchanged while nothing has to wait', () => {
    const { filter, released } = setUp(true)
    const all = Buffer.concat([puback, ...others, pubrec])
    expect(filter(all)).toEqual(all)
    expect(filter(...Array.from(all, (byte) => Buffer.from([byte])))).toEqual(all)
    expect(filter()).toEqual(Buffer.alloc(0))
    expect(released).toEqual([])
  })

  it('holds only acknowledgements, in order, until they are safe', async () => {
    const { filter, released, safe } = setUp()
    expect(filter(puback, ...others, pubrec)).toEqual(Buffer.concat(others))
    await safe(1)
    expect(released).toEqual([])
    await safe(0)
    expect(released).toEqual([puback, pubrec])
  })

  it('finds them in whatever pieces they arrive', () => {
    const all = Buffer.concat([...others, puback, ...others])
    for (let size = 1; size < 20; size++) {
      const pieces: Buffer[] = []
      for (let at = 0; at < all.length; at += size) pieces.push(all.subarray(at, at + size))
      expect(setUp().filter(...pieces)).toEqual(Buffer.concat([...others, ...others]))
    }
  })

  it('passes held acknowledgements once their commands are written, even among others', async () => {
    const { filter, released, safe } = setUp()
    filter(puback)
    await safe(0)
    const [held = Buffer.alloc(0)] = released
    expect(filter(held)).toEqual(puback)
    expect(filter(packet({ cmd: 'pingreq' }), held, pubrec)).toEqual(
      Buffer.concat([packet({ cmd: 'pingreq' }), puback]),
    )
  })

  it('keeps a safe one behind one that is not', async () => {
    let isSafe = false
    let settle: () => void = () => undefined
    const released: Buffer[] = []
    const gate = new AckGate(
      () => (isSafe ? undefined : new Promise<void>((resolve) => (settle = resolve))),
      (bytes) => released.push(bytes),
    )
    gate.filter([puback])
    isSafe = true
    expect(gate.filter([pubrec])).toEqual([])
    settle()
    await Promise.resolve()
    expect(released).toEqual([puback, pubrec])
  })
})
