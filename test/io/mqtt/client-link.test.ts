import { firstValueFrom } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { next, useMqtt } from '../../support/mqtt-tests.js'

const { mosquitto, open, peer } = useMqtt()

const CLIENT = { cleanSession: true, clientId: 'client' } as const

describe('the link of a one-time client', () => {
  it('leaves no session and no Last Will', async () => {
    const { port } = await mosquitto()
    const alive = 'control/proplet/alive'
    const other = await peer(port, [alive])
    const heard = next(other, 1)
    const first = open(port, { ...CLIENT, will: { subtopic: alive, payload: { of: 'first' } } })
    await first.up()
    expect(await firstValueFrom(first.link.close(undefined, 5000))).toStrictEqual({
      clean: true,
      undelivered: 0,
    })
    const second = open(port, CLIENT)
    await second.up()
    expect(second.connections).toStrictEqual([{ state: 'up', sessionPresent: false }])
    await second.deliver({ subtopic: alive, payload: { of: 'second' }, keep: 'all' })
    expect(await heard).toStrictEqual(['{"of":"second"}'])
  })

  it('is up without a subscription, and delivers waiting messages before it ends', async () => {
    const { port } = await mosquitto()
    const other = await peer(port, ['x'])
    const heard = next(other, 1)
    const { link, up, deliver } = open(port, { ...CLIENT, subscriptions: [] })
    await up()
    const delivered = deliver({ subtopic: 'x', payload: { n: 1 }, keep: 'all' })
    expect(await firstValueFrom(link.close(undefined, 5000))).toStrictEqual({ clean: true, undelivered: 0 })
    expect(await delivered).toMatchObject({ at: 'acknowledged' })
    expect(await heard).toStrictEqual(['{"n":1}'])
  })

  it('has nothing to end if it is not connected', async () => {
    const { link } = open(1, CLIENT)
    expect(await firstValueFrom(link.close(undefined, 1000))).toStrictEqual({ clean: false, undelivered: 0 })
  })
})
