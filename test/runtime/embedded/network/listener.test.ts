import { describe, expect, it, onTestFinished } from 'vitest'
import { Reach } from '../../../../src/net/guest-reach.js'
import type { NetworkRule } from '../../../../src/net/policy.js'
import type { Given } from '../../../../src/runtime/embedded/bytes/waiter.js'
import { Listener } from '../../../../src/runtime/embedded/network/listener.js'

const LOOPBACK = '127.0.0.1'
const ONE: readonly NetworkRule[] = [{ host: 'example.org', port: 443 }]
const ALL: readonly NetworkRule[] = [{ host: '*', port: undefined }]
const DENIED = { state: 'broken', error: { tag: 'access-denied' } }

const bind = (rules: readonly NetworkRule[], port = 0) => {
  const refused: string[] = []
  const reach = new Reach(rules, (what) => refused.push(what))
  const listener = new Listener({ address: LOOPBACK, port }, reach, 'bound')
  onTestFinished(() => listener.close())
  const next = () =>
    new Promise<Given>((answer) => {
      listener.message({ type: 'want', handle: 1, of: 'answer', waitMs: null }, answer)
    })
  return { listener, reach, refused, next }
}

describe('the address of a TCP socket', () => {
  it('may be chosen by the system if the list is not empty; listening there needs *', async () => {
    const { listener, reach, refused, next } = bind(ONE)
    expect(await next()).toMatchObject({ state: 'some', answer: { local: { address: LOOPBACK } } })
    expect(refused).toStrictEqual([])
    listener.listen(reach)
    expect(listener.isListening).toBe(false)
    expect(await next()).toStrictEqual(DENIED)
    expect(refused).toStrictEqual([expect.stringMatching(/^a listener at 127\.0\.0\.1:\d+$/)])
  })

  it('may be any, and be listened on, if the list is *', async () => {
    const { listener, reach, next } = bind(ALL)
    expect(await next()).toMatchObject({ state: 'some' })
    listener.listen(reach)
    expect(listener.isListening).toBe(true)
  })

  it.each([
    ['where the list is empty', [], 0],
    ['where the port is chosen', ONE, 54_321],
  ])('is denied %s', async (_, rules, port) => {
    expect(await bind(rules, port).next()).toStrictEqual(DENIED)
  })
})
