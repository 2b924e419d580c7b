import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { directoryOfTask } from '../../src/runtime/hal/storage/paths.js'
import { TaskStorage } from '../../src/runtime/hal/storage/task-storage.js'
import { useDaemons } from '../support/daemon.js'
import { tdxQuote } from '../support/tee/reports.js'
import { startTsm } from '../support/tee/tsm.js'
import { inline } from '../support/wire.js'

const { cleanup, directory, site, wire: connect, proplet, broker } = useDaemons()

const KEY = '0b'.repeat(32)
const scene = (name: string, ...inputs: string[]) => ({ ...inline('components/hal-scenes', name), inputs })
const remember = (value: string) => scene('remember', '"box"', '"../key"', JSON.stringify(value))
const recall = scene('recall', '"box"', '"../key"')
const ok = (text: string) => ({ results: `ok("${text}")`, error: null })

const filesBelow = (path: string): readonly string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))

describe('the hardware abstraction layer of a proplet', () => {
  it('keeps objects for the next run of the same task, over a restart, encrypted at rest (16.3)', async () => {
    const port = await broker('embedded')
    const wire = await connect(port)
    const storage = directory()
    const env = { PROPLET_HAL_STORAGE_DIR: storage, PROPLET_HAL_STORAGE_KEY: KEY }
    const first = proplet(port, env)
    await wire.beats(1)
    expect(await wire.run({ id: 'a', ...remember('plain as can be') })).toMatchObject({ error: null })
    expect(await wire.run({ id: 'a', ...recall })).toMatchObject(ok('plain as can be'))
    expect((await wire.run({ id: 'b', ...recall }))['results']).toMatch(/^err\("Resource not found: Object/)
    const placed = { hal_storage_path: join(storage, 'mine/own') }
    expect(await wire.run({ id: 'a', ...remember('elsewhere'), ...placed })).toMatchObject({ error: null })
    for (const path of ['/etc', '../x', `${storage}/../x`, `${storage}/tasks/t-b`])
      expect((await wire.run({ id: `at ${path}`, ...recall, hal_storage_path: path }))['error']).toMatch(
        /^hal_storage_path .* must lie below PROPLET_HAL_STORAGE_DIR/,
      )
    expect(await first.stop()).toBe(0)

    const files = filesBelow(storage)
    // Two containers with an object each, and an empty one.
    expect(files).toHaveLength(5)
    for (const file of files) expect(readFileSync(file, 'latin1')).not.toMatch(/plain as|elsewhere/)
    const second = proplet(port, env)
    await wire.beats(wire.alive().length + 1)
    expect(await wire.run({ id: 'a', ...recall, ...placed })).toMatchObject(ok('elsewhere'))
    expect(await wire.run({ id: 'a', ...recall })).toMatchObject(ok('plain as can be'))
    expect(await second.stop()).toBe(0)

    proplet(port, { PROPLET_HAL_STORAGE_DIR: storage })
    await wire.beats(wire.alive().length + 1)
    expect((await wire.run({ id: 'a', ...recall }))['results']).toMatch(
      /^err\("Storage operation failed: the object is encrypted/,
    )
  })

  it('leaves complete objects when it is killed during writes (16.3)', async () => {
    const port = await broker('embedded')
    const wire = await connect(port)
    const state = directory()
    for (let kills = 0; kills < 3; kills += 1) {
      const daemon = proplet(port, {}, { state })
      await wire.beats(wire.alive().length + 1)
      await wire.start({ id: `writer`, ...scene('overwrite', '0') })
      const mine = directoryOfTask(join(state, 'hal'), 'writer')
      await expect
        .poll(() => filesBelow(state).some((path) => path.startsWith(mine) && !/tmp-|name$/.test(path)))
        .toBe(true)
      daemon.process.kill('SIGKILL')
      await daemon.exited
      const storage = new TaskStorage(
        { directory: join(state, 'hal'), maxBytes: 2 ** 20, secret: undefined },
        mine,
      )
      const container = await storage.open('one')
      expect(await storage.list(container, null)).toStrictEqual(['key'])
      const found = await storage.retrieve(container, 'key')
      expect(found.length).toBe(4000)
      expect(new Set(found).size).toBe(1)
      expect(filesBelow(mine).map((path) => path.includes('tmp-'))).toStrictEqual([false, false])
    }
  })

  it('is available to components that serve HTTP, and to latent tasks (16.7)', async () => {
    const { wire, proplet } = await site('embedded', {
      PROPLET_HTTP_ENABLED: 'true',
      PROPLET_HTTP_PROXY_PORT: '19622',
    })
    const { results } = await wire.run({ id: 'web', ...inline('components/hal-http', 'serve') })
    const [, port = ''] = /port (\d+)/.exec(String(results)) ?? []
    for (const request of ['request 1', 'request 2', 'request 3'])
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe(request)
    await wire.stop('web')
    await proplet.logged('Task stopped')

    await wire.start({ id: 'latent', ...scene('remember'), latent: true })
    for (const value of ['one', 'two']) {
      await wire.invoke({ id: 'latent', invocation_id: value, inputs: ['"box"', '"../key"', `"${value}"`] })
      expect(await wire.invoked('latent', value)).toMatchObject({ error: null })
    }
    const from = proplet.lines().length
    await wire.stop('latent')
    await proplet.logged('Task stopped', from)
    expect(await wire.run({ id: 'latent', ...recall })).toMatchObject(ok('two'))
  })

  it('is refused if it is off, or if an external runtime runs the tasks (16.7)', async () => {
    const off = await site('embedded', { PROPLET_HAL_ENABLED: 'false' })
    expect(
      await off.wire.run({ id: 'component', ...inline('components/hal-test', 'run-hal-test') }),
    ).toMatchObject({
      error: expect.stringMatching(/"elastic:hal\/\w+@0\.1\.0" is imported.*PROPLET_HAL_ENABLED/) as string,
    })
    expect(await off.wire.run({ id: 'core', ...inline('hal-command', '_start') })).toMatchObject({
      error: expect.stringMatching(/"elastic:tee-hal\/[^"]+" is imported.*PROPLET_HAL_ENABLED/) as string,
    })
    const external = await site('embedded', {
      PROPLET_EXTERNAL_WASM_RUNTIME: fileURLToPath(new URL('../../dist/exec.js', import.meta.url)),
    })
    const component = {
      ...inline('components/hal-test', 'run-hal-test'),
      cli_args: ['--invoke', 'run-hal-test()'],
    }
    for (const guest of [inline('hal-command', '_start'), component])
      expect(await external.wire.run({ id: guest.name, ...guest })).toMatchObject({
        error: expect.stringMatching(
          /only the embedded runtime has a hardware abstraction layer, not an external one; .*elastic:/s,
        ) as string,
      })
  })

  it('gives evidence in a TEE, as the setting PROPLET_TEE_SYSROOT simulates one (16.5, 17.6)', async () => {
    const root = directory()
    const tsm = startTsm({ root, provider: 'tdx_guest\n', outblob: (inblob) => tdxQuote(inblob) })
    cleanup(() => tsm.close())
    const { wire } = await site('embedded', {
      PROPLET_TEE: 'tdx',
      PROPLET_TEE_SYSROOT: root,
      PROPLET_KBS_URI: 'http://127.0.0.1:9',
    })
    const { results } = await wire.run({
      id: 'a',
      ...inline('components/attestation-test', 'run-attestation'),
    })
    expect(results).toMatch(/^"platform-info: type=IntelTdx .*attestation: ok \(evidence len=\d+\)/)
    expect(readdirSync(tsm.reports)).toStrictEqual([])
  })
})
