import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Binary } from '../../../src/model/binary.js'
import {
  add,
  fixture,
  fixturePath,
  ISOLATIONS,
  MIB,
  OF_CHILDREN,
  run,
  runtimeOfTest,
  thirty,
  toBinary,
} from './harness.js'

/** `add` after a custom section, so that its digest and size are unique. */
function paddedAdd(paddingBytes: number, fill: number): Binary {
  const wasm = readFileSync(fixturePath('add'))
  const padding = Buffer.alloc(paddingBytes, fill)
  padding[0] = 0 // an empty name
  const length: number[] = []
  for (let rest = paddingBytes; rest > 0 || length.length === 0; rest = Math.floor(rest / 128)) {
    length.push((rest % 128) + (rest >= 128 ? 128 : 0))
  }
  return toBinary(Buffer.concat([wasm, Buffer.from([0, ...length]), padding]))
}

function tempFile(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'proplet-pool-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return join(directory, name)
}

describe.each(ISOLATIONS)('modules (%s)', (isolation) => {
  it('are compiled once', async () => {
    const runtime = await runtimeOfTest({ isolation })
    const first = await run(runtime, add)
    const second = await run(runtime, add)
    expect(first.compileMs).toBeGreaterThan(0)
    expect(second.compileMs).toBe(0)
    expect(second.outcome).toStrictEqual(thirty)
  })

  it('are compiled once, even if the first task failed', async () => {
    const runtime = await runtimeOfTest({ isolation })
    const task = { binary: fixture('exit'), inputs: ['3'] }
    await run(runtime, task)
    expect((await run(runtime, task)).compileMs).toBe(0)
  })

  it('run on the guest that already has them', async () => {
    const runtime = await runtimeOfTest({ isolation, warm: 2 })
    const others = [paddedAdd(10, 1), paddedAdd(10, 2), paddedAdd(10, 3)]
    await run(runtime, add)
    for (const binary of others) await run(runtime, { ...add, binary })
    for (const binary of [add.binary, ...others]) {
      expect((await run(runtime, { ...add, binary })).compileMs).toBe(0)
    }
  })

  it('are evicted, least recently used first', async () => {
    const runtime = await runtimeOfTest({ isolation })
    await run(runtime, add)
    for (let fill = 0; fill < 31; fill += 1) await run(runtime, { ...add, binary: paddedAdd(10, fill) })
    expect((await run(runtime, add)).compileMs).toBe(0)
    await run(runtime, { ...add, binary: paddedAdd(10, 100) })
    expect((await run(runtime, add)).compileMs).toBe(0)
    const evicted = await run(runtime, { ...add, binary: paddedAdd(10, 0) })
    expect(evicted.compileMs).toBeGreaterThan(0)
    expect(evicted.outcome).toStrictEqual(thirty)
  })

  it('that are too large to keep still run', async () => {
    const runtime = await runtimeOfTest({ isolation })
    const binary = paddedAdd(33 * MIB, 1)
    for (let round = 0; round < 2; round += 1) {
      const { outcome, compileMs } = await run(runtime, { ...add, binary })
      expect(outcome).toStrictEqual(thirty)
      expect(compileMs).toBeGreaterThan(0)
    }
  })

  it('are read from their file once, and checked against their digest', async () => {
    const path = tempFile('add.wasm')
    const options = { isolation, binariesDir: dirname(path) }
    const runtime = await runtimeOfTest(options)
    copyFileSync(fixturePath('add'), path)
    const binary: Binary = { ...add.binary, content: { path } }
    expect((await run(runtime, { ...add, binary })).outcome).toStrictEqual(thirty)
    truncateSync(path, 20)
    expect(await run(runtime, { ...add, binary })).toMatchObject({ outcome: thirty, compileMs: 0 })

    const fresh = await runtimeOfTest(options)
    expect((await run(fresh, { ...add, binary })).outcome).toMatchObject({
      code: 'binary',
      error: expect.stringContaining('does not match its digest') as string,
    })
    rmSync(path)
    expect((await run(fresh, { ...add, binary })).outcome).toMatchObject({ code: 'binary' })
  })
})

describe('a child', () => {
  it('is reused after a clean end, and after failures that leave nothing behind', async () => {
    const runtime = await runtimeOfTest({ isolation: OF_CHILDREN })
    const pids = runtime.pids()
    expect(pids).toHaveLength(1)
    await run(runtime, add)
    await run(runtime, { ...add, inputs: [] })
    await run(runtime, { binary: fixture('exit'), inputs: ['3'] })
    await run(runtime, { binary: fixture('unknown-import') })
    expect(runtime.pids()).toStrictEqual(pids)
  })

  it.each(['trap', 'grow_memory'])('is replaced after %s', async (name) => {
    const runtime = await runtimeOfTest({ isolation: OF_CHILDREN })
    const pids = runtime.pids()
    await run(runtime, { binary: fixture('hostile'), name })
    await runtime.ready()
    expect(runtime.pids()).toHaveLength(1)
    expect(runtime.pids()).not.toStrictEqual(pids)
  })

  it('releases memory between tasks that use much', async () => {
    const runtime = await runtimeOfTest({ isolation: OF_CHILDREN, memoryMaxBytes: 256 * MIB })
    for (let round = 0; round < 20; round += 1) {
      const { outcome } = await run(runtime, { binary: fixture('big-memory'), name: 'answer' })
      expect(outcome).toStrictEqual({ kind: 'completed', results: '42' })
    }
    const [pid] = runtime.pids()
    const status = readFileSync(`/proc/${pid ?? 0}/status`, 'latin1')
    expect(Number(/^VmSize:\s*(\d+)/m.exec(status)?.[1])).toBeGreaterThan(0)
    expect(Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1])).toBeLessThan(100 * 1024)
  })
})
