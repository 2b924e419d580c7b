import { describe, expect, it } from 'vitest'
import { childrenOf, gone, useDaemons } from '../support/daemon.js'
import { inline } from '../support/wire.js'

const { site } = useDaemons()

const HTTP = { PROPLET_HTTP_ENABLED: 'true', PROPLET_HTTP_PROXY_PORT: '19222', PROPLET_MAX_TASKS: '1' }
const server = (id: string, more = {}) => ({ id, ...inline('components/http-server', 'serve'), ...more })
const add = { ...inline('add', 'add'), inputs: [1, 2] }
const portOf = ({ results }: { readonly results?: unknown }) =>
  Number(/^started at port (\d+)$/.exec(String(results))?.[1])
const get = (port: number, path: string) => fetch(`http://127.0.0.1:${port}${path}`)

describe('a task that serves HTTP', () => {
  it('has its port as its result, none when it is stopped (14.7), and takes no slot of other tasks', async () => {
    const { wire, proplet } = await site('mosquitto', HTTP)
    const started = await wire.run(server('web'))
    expect(started).toStrictEqual({
      task_id: 'web',
      proplet_id: proplet.id,
      results: expect.stringMatching(/^started at port \d+$/) as string,
      error: null,
    })
    const second = await wire.run(server('other', { env: { GREETING: 'hello' } }))
    expect(portOf(second)).toBeGreaterThan(portOf(started))
    expect(await wire.run({ id: 'add', ...add })).toMatchObject({ results: '3', error: null })

    expect(await (await get(portOf(started), '/')).text()).toContain('Hello from a component')
    expect(await (await get(portOf(second), '/env')).text()).toBe(
      `GREETING=hello\nPROPLET_ID=${proplet.id}\nargument: serve\n`,
    )
    expect((await get(portOf(started), '/trap')).status).toBe(500)
    expect((await proplet.logged('while serving')).msg).toContain('trap: unreachable')

    await wire.stop('web')
    await proplet.logged('Task stopped')
    await expect(get(portOf(started), '/')).rejects.toThrow()
    await wire.start(server('web', { cli_args: ['--port', String(portOf(started))] }))
    expect(portOf(await wire.result('web', 2))).toBe(portOf(started))
    expect(wire.resultsOf('web').map(({ body }) => body['error'])).toStrictEqual([null, null])
    expect(await proplet.stop()).toBe(0)
    expect(proplet.stderr()).toBe('')
  })

  it('is refused if serving is disabled, and fails if its port is in use', async () => {
    const { wire, proplet } = await site('mosquitto', HTTP)
    const port = portOf(await wire.run(server('web')))
    expect(await wire.run(server('busy', { cli_args: [`--addr=127.0.0.1:${port}`] }))).toMatchObject({
      error: `port ${port} is in use`,
    })
    expect(await wire.run(server('far', { cli_args: ['--addr', '0.0.0.0:80'] }))).toMatchObject({
      error: '--addr: "0.0.0.0" is not allowed; PROPLET_HTTP_PROXY_HOST is 127.0.0.1',
    })
    expect(await proplet.stop()).toBe(0)
    const closed = await site('mosquitto')
    expect(await closed.wire.run(server('web'))).toMatchObject({
      error: 'the component serves HTTP, which PROPLET_HTTP_ENABLED does not allow here',
    })
  })

  it('ends with the proplet, however the proplet ends', async () => {
    const { wire, proplet } = await site('mosquitto', HTTP)
    const port = portOf(await wire.run(server('web')))
    const hanging = get(port, '/hang-late')
    await hanging
    const children = childrenOf(proplet.process.pid)
    proplet.process.kill('SIGKILL')
    await gone(children)
    await expect(get(port, '/')).rejects.toThrow()
  })
})
