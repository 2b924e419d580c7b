import { describe, expect, it } from 'vitest'
import { hasJspi } from '../../../packages/component/test/link/async/jspi.js'
import { fixturePath } from '../../runtime/embedded/harness.js'
import { run, start } from './start.js'

/** On Node.js 24, guests run with a flag that enables JSPI. */
const runs = hasJspi || process.versions.node.startsWith('24.')
const REFUSED = `Error: the component needs WASI 0.3, which runs on Node.js 24 and newer; this is ${process.version}\n`

describe('C1: exec of a component that exports `run` of 0.2 and of 0.3', () => {
  it('runs that of 0.3; the other one traps', async () => {
    const { code, stderr } = await run([fixturePath('components/two-runs')])
    expect({ code, stderr }).toStrictEqual(runs ? { code: 0, stderr: '' } : { code: 1, stderr: REFUSED })
  })
})

describe.each(['async-http', 'async-http-draft'])('C3: exec serve of WASI 0.3 (%s)', (name) => {
  const FILE = fixturePath(`components/${name}`)

  it.runIf(!runs)('is refused with the version of Node.js that would run it', async () => {
    expect(await run(['serve', '--addr', '127.0.0.1:0', FILE])).toStrictEqual({
      code: 1,
      stdout: '',
      stderr: REFUSED,
    })
  })

  it.runIf(runs)('serves until it is ended, and sends requests where -S http allows', async () => {
    for (const flags of [[], ['-S', 'http']]) {
      const { child, output, ended } = start(['serve', '--addr', '127.0.0.1:0', ...flags, FILE])
      await expect.poll(() => output.stderr, { timeout: 10_000 }).toMatch(/^Serving HTTP on \S+\n/)
      const [, origin = ''] = /^Serving HTTP on (\S+)\/\n/.exec(output.stderr) ?? []
      expect(await (await fetch(`${origin}/`)).text()).toBe('hello from WASI 0.3\n')
      const relayed = await fetch(`${origin}/send?${new URL(origin).host}`)
      expect(relayed.status).toBe(flags.length === 0 ? 502 : 404)
      child.kill('SIGTERM')
      expect((await ended).code).toBe(143)
    }
  })
})
