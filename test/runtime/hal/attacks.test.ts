import { describe, expect, it } from 'vitest'
import { decodeFromGuest } from '../../../src/runtime/embedded/guests/decode.js'
import { HalSession } from '../../../src/runtime/hal/daemon/session.js'
import { HalHost } from '../../../src/runtime/hal/daemon/host.js'
import type { HalAnswer, HalMessage } from '../../../src/runtime/hal/calls.js'
import { add, MIB, run, thirty } from '../embedded/harness.js'
import { halOfTest, runtimeWithHal, scenesOf } from './harness.js'

describe('greedy guests (16.8)', () => {
  it('get an error for endless handles, of each kind', async () => {
    expect(await scenesOf(await runtimeWithHal())('exhaust')).toBe(
      `"${[1024, 64, 16, 128, 1024].map((count) => String.raw`${count} then an error\n`).join('')}"`,
    )
  })

  it('can fill a container only up to its quota of bytes or objects, while other tasks run', async () => {
    const runtime = await runtimeWithHal({}, { warm: 2 })
    const filled = scenesOf(runtime)('fill', ['"c"'], { id: 'hoarder' })
    expect((await run(runtime, add)).outcome).toStrictEqual(thirty)
    expect(await filled).toBe('"254: Storage operation failed: quota of 1048576 bytes reached"')
    const { storage } = halOfTest()
    if (storage === undefined) throw new Error('no storage')
    const few = await runtimeWithHal({ storage: { ...storage, maxObjects: 100 } })
    expect(await scenesOf(few)('fill', ['"c"'])).toBe(
      '"100: Storage operation failed: quota of 100 objects reached"',
    )
  })
})

/** A session without a process. */
const session = () => {
  const host = new HalHost(halOfTest(), 64 * MIB)
  const begun = host.begin({ id: 'a' })
  if (begun._tag === 'Left') throw new Error(begun.left)
  const answers: HalAnswer[] = []
  let breaches = 0
  let answered: () => void = () => undefined
  const made = new HalSession(begun.right, {
    answer: (answer) => {
      answers.push(answer)
      answered()
    },
    breach: () => (breaches += 1),
    unread: () => 0,
  })
  return {
    say: (message: HalMessage) => made.message(message),
    answer: () => new Promise<void>((resolve) => (answered = resolve)),
    answers,
    breaches: () => breaches,
  }
}

const NOTHING = new Uint8Array()
const PIECE = new Uint8Array(64 * 1024)

describe('children that violate the protocol (16.8)', () => {
  it.each([
    [{ name: 'open-container', container: '' }],
    [{ name: 'open-container', container: 'x'.repeat(256) }],
    [{ name: 'open-container', container: 5 }],
    [{ name: 'store-object', handle: 1, key: 'k'.repeat(1025) }],
    [{ name: 'store-object', handle: -1, key: 'k' }],
    [{ name: 'store-object', handle: 1.5, key: 'k' }],
    [{ name: 'list-objects', handle: 1, after: 3 }],
    [{ name: 'allocate', type: 'disk', amount: '1' }],
    [{ name: 'allocate', type: 'memory', amount: '-1' }],
    [{ name: 'allocate', type: 'memory', amount: '1'.repeat(30) }],
    [{ name: 'subscribe', type: '__proto__' }],
    [{ name: 'send-message', recipient: {}, isEncrypted: true }],
    [{ name: 'constructor' }],
    ['attest'],
    [null],
  ])('are ignored: %j', (call) => {
    expect(decodeFromGuest({ type: 'hal', call }, Buffer.alloc(0))).toBeUndefined()
  })

  it('are ended for a second call before the answer, and for endless data', async () => {
    const busy = session()
    busy.say({ type: 'hal', call: { name: 'open-container', container: 'c' }, bytes: NOTHING })
    busy.say({ type: 'hal', call: { name: 'list-workloads' }, bytes: NOTHING })
    expect(busy.breaches()).toBe(1)
    await busy.answer()

    const endless = session()
    for (let sent = 0; sent <= 16 * MIB; sent += PIECE.length) endless.say({ type: 'hal-data', bytes: PIECE })
    expect(endless.breaches()).toBe(1)
  })

  it('get errors for report data and messages that are too long', async () => {
    const { say, answer, answers } = session()
    for (const call of [
      { name: 'attest' },
      { name: 'send-message', recipient: 'a', isEncrypted: false },
    ] as const) {
      say({ type: 'hal', call, bytes: PIECE })
      await answer()
    }
    expect(answers).toMatchObject([
      { error: 'no TEE platform available for attestation' },
      { error: "Resource not found: Workload 'a' not found" },
    ])
  })
})
