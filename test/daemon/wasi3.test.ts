import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import { hasJspi } from '../../packages/component/test/link/async/jspi.js'
import { useDaemons, type Site } from '../support/daemon.js'
import { inline, type Wire } from '../support/wire.js'

const { cleanup, site } = useDaemons('all')

/** On Node.js 24, guests run with a flag that enables JSPI. */
const runs = hasJspi || process.versions.node.startsWith('24.')

const ISOLATIONS = runs ? (['process', 'thread', 'sandbox'] as const) : (['process'] as const)
const portOf = ({ results }: { readonly results?: unknown }) =>
  Number(/^started at port (\d+)$/.exec(String(results))?.[1])

describe.each(ISOLATIONS)('C3: WASI 0.3 in a proplet, over MQTT (%s)', (isolation) => {
  let wire: Wire
  let proplet: Site['proplet']
  let authority: string
  beforeAll(async () => {
    const target = createServer((request, response) => response.end(`${request.url ?? ''} of the host\n`))
    target.listen(0, '127.0.0.1')
    await once(target, 'listening')
    cleanup(() => void target.close())
    authority = `127.0.0.1:${(target.address() as AddressInfo).port}`
    ;({ wire, proplet } = await site('mosquitto', {
      PROPLET_ISOLATION: isolation,
      PROPLET_HTTP_ENABLED: 'true',
      PROPLET_HTTP_PROXY_PORT: '19322',
      PROPLET_NETWORK: authority,
    }))
  })

  it.runIf(!runs)('is refused with the version of Node.js that would run it', async () => {
    const refused = {
      results: '',
      error: `the component needs WASI 0.3, which runs on Node.js 24 and newer; this is ${process.version}`,
    }
    const server = inline('components/async-http', 'serve')
    const command = inline('components/async-command', '_start')
    expect(await wire.run({ id: 'web', ...server })).toMatchObject(refused)
    expect(await wire.run({ id: 'command', ...command })).toMatchObject(refused)
    await wire.start({ id: 'latent', ...inline('components/async-typed', 'add'), latent: true })
    expect(await wire.result('latent')).toMatchObject(refused)
  })

  it.runIf(runs)('serves HTTP as a task, and sends requests if the network list allows them', async () => {
    for (const name of ['async-http', 'async-http-draft']) {
      const env = { OF: 'the task' }
      const port = portOf(await wire.run({ id: name, ...inline(`components/${name}`, 'serve'), env }))
      const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text()
      expect(await get('/')).toBe('hello from WASI 0.3\n')
      expect(await get('/env')).toBe(`OF=the task\nPROPLET_ID=${proplet.id}\n`)
      expect(await get(`/send?${authority}`)).toBe('/of-guest of the host\n')
      expect(await get(`/next?${authority}`)).toBe('/of-guest of the host\n')
      expect(await get('/send?127.0.0.1:9')).toBe('error 15\n')
      const from = proplet.lines().length
      await wire.stop(name)
      await proplet.logged('Task stopped', from)
      expect(wire.resultsOf(name)).toHaveLength(1)
    }
  })

  it.runIf(runs)('runs commands, and exports as latent tasks', async () => {
    const command = { ...inline('components/async-command', '_start'), inputs: ['sleep=1', 'out=done'] }
    expect(await wire.run({ id: 'command', ...command })).toMatchObject({
      results: 'slept\ndone',
      error: null,
    })
    await wire.start({ id: 'latent', ...inline('components/async-typed', 'echo'), latent: true })
    const values = ['["a"]', '["b", "c"]', '[]']
    for (const [at, value] of values.entries())
      await wire.invoke({ id: 'latent', invocation_id: `i-${at}`, inputs: [value] })
    for (const [at, value] of values.entries())
      expect(await wire.invoked('latent', `i-${at}`)).toMatchObject({ results: value, error: null })
    await wire.start({ id: 'stuck', ...inline('components/async-typed', 'deadlock'), latent: true })
    await wire.invoke({ id: 'stuck', invocation_id: 'i' })
    expect(await wire.invoked('stuck', 'i')).toMatchObject({
      results: '',
      error: expect.stringMatching(/^trap: deadlock detected/) as string,
    })
  })

  it('ends with the proplet, without output on standard error', async () => {
    expect(await proplet.stop()).toBe(0)
    expect(proplet.stderr()).toBe('')
  })
})
