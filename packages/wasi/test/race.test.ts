import { mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { E, O, RIGHTS } from './guest.js'
import { eachInSandbox } from './sandbox-fixture.js'

const sandbox = eachInSandbox()
const ROOT = 3

/** Alternates the two entries of each pair under one name until the thread is terminated. */
const swapper = `
  const { workerData: { directory, name, honest, evil }, parentPort } = require('node:worker_threads')
  const { renameSync } = require('node:fs')
  const at = (file) => directory + '/' + file
  parentPort.postMessage('swapping')
  for (;;) {
    renameSync(at(name), at(honest))
    renameSync(at(evil), at(name))
    renameSync(at(name), at(evil))
    renameSync(at(honest), at(name))
  }
`

type Tally = { inside: number; refused: number }

/**
 * Repeats an attempt while a thread swaps the entries, until both outcomes were seen often enough or a limit is
 * reached.
 */
async function raced(
  names: { name: string; honest: string; evil: string },
  attempt: () => boolean,
): Promise<Tally> {
  const worker = new Worker(swapper, {
    eval: true,
    workerData: { directory: sandbox.current.inside, ...names },
  })
  await new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  const tally = { inside: 0, refused: 0 }
  try {
    for (let count = 0; count < 200_000; count++) {
      if (attempt()) tally.inside++
      else tally.refused++
      if (count >= 1000 && tally.inside >= 200 && tally.refused >= 200) break
    }
  } finally {
    await worker.terminate()
  }
  return tally
}

describe('while a name is swapped between a directory inside and a symbolic link to the outside', () => {
  it('a directory in the path never leads out', async () => {
    const { inside, outside, guest } = sandbox.current
    mkdirSync(join(inside, 'd'))
    writeFileSync(join(inside, 'd/secret'), 'inside')
    symlinkSync(outside, join(inside, 'evil'))
    const tally = await raced({ name: 'd', honest: 'honest', evil: 'evil' }, () => {
      if (guest.open(ROOT, 'd/secret') !== E.SUCCESS) return false
      const fd = guest.result
      expect(guest.read(fd)).toBe('inside')
      guest.call('fd_close', fd)
      return true
    })
    expect(Math.min(tally.inside, tally.refused)).toBeGreaterThan(50)
  })

  it('the last name never leads out', async () => {
    const { inside, outside, guest } = sandbox.current
    writeFileSync(join(inside, 'f'), 'inside')
    symlinkSync('../outside/secret', join(inside, 'evil'))
    const tally = await raced({ name: 'f', honest: 'honest', evil: 'evil' }, () => {
      if (guest.open(ROOT, 'f', { rights: RIGHTS.read | RIGHTS.write }) !== E.SUCCESS) return false
      const fd = guest.result
      expect(guest.read(fd)).toBe('inside')
      guest.call('fd_pwrite', fd, 0, 0, 0n, 64)
      guest.call('fd_close', fd)
      return true
    })
    expect(Math.min(tally.inside, tally.refused)).toBeGreaterThan(50)
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('SECRET')
  })

  it('nothing is created, changed or removed outside', async () => {
    const { inside, outside, guest } = sandbox.current
    mkdirSync(join(inside, 'd'))
    symlinkSync(outside, join(inside, 'evil'))
    const tally = await raced({ name: 'd', honest: 'honest', evil: 'evil' }, () => {
      const made = guest.open(ROOT, 'd/new', { flags: O.creat, rights: RIGHTS.write }) === E.SUCCESS
      if (made) guest.call('fd_close', guest.result)
      guest.path('path_create_directory', ROOT, 'd/directory')
      guest.path('path_unlink_file', ROOT, 'd/secret')
      guest.setTimes(ROOT, 'd/secret', 0n, 0n)
      guest.rename(ROOT, 'd/new', ROOT, 'd/renamed')
      guest.path('path_remove_directory', ROOT, 'd/directory')
      return made
    })
    expect(Math.min(tally.inside, tally.refused)).toBeGreaterThan(50)
    expect(readdirSync(outside)).toStrictEqual(['secret'])
    expect(statSync(join(outside, 'secret')).mtimeMs).toBeGreaterThan(0)
  })
})
