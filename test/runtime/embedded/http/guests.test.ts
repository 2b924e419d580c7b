import { describe, expect, it } from 'vitest'
import { ask, serve } from './server.js'

describe('a handler as those of other toolchains', () => {
  it('C21, C22: may write without checking for room, and leave its body unfinished', async () => {
    const { port } = await serve()
    const { status, body } = await ask(port, '/unasked')
    expect([status, body]).toStrictEqual([200, 'written unasked\n'])
  })

  it('C22: is cut off if it leaves a body shorter than its content-length, or drops it', async () => {
    const { port, warning } = await serve()
    await expect(ask(port, '/unasked-short')).rejects.toThrow()
    await expect(ask(port, '/drop')).rejects.toThrow()
    expect(await warning(/incomplete/)).toContain('its response is incomplete')
  })

  it('C23: sees no connection-specific fields', async () => {
    const { port } = await serve()
    const headers = {
      'proxy-authorization': 'Basic x',
      'http2-settings': 'y',
      'keep-alive': '1',
      'x-own': 'z',
    }
    const { body } = await ask(port, '/headers', { headers })
    expect(body).toContain('x-own: z')
    expect(body).not.toMatch(/^(?:host|proxy-authorization|http2-settings|keep-alive|connection):/im)
  })
})
