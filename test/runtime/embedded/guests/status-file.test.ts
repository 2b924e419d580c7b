import { spawnSync } from 'node:child_process'
import { readlinkSync, writeSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StatusFile } from '../../../../src/runtime/embedded/guests/status-file.js'

const words = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer)

describe('issue 15, item 2: the status that a child writes', () => {
  let file: StatusFile
  beforeEach(() => void (file = new StatusFile()))
  afterEach(() => file.close())

  it('has the request, its connection, whether it responds, and the connections that the child has read from', () => {
    expect(file.read()).toBeUndefined()
    writeSync(file.fd, words(7, 1, 3, 2, 4, 5, 7), 0, undefined, 0)
    expect(file.read()).toStrictEqual({ sequence: 7, connection: 3, isResponding: false, tied: [4, 5] })
    writeSync(file.fd, words(2), 0, undefined, 4)
    expect(file.read()).toMatchObject({ sequence: 7, isResponding: true })
    writeSync(file.fd, words(0), 0, undefined, 4)
    expect(file.read()).toBeUndefined()
  })

  it.each([
    ['it is being written', words(8, 1, 3, 0, 7)],
    ['the state is unknown', words(7, 3, 3, 0, 7)],
    ['the file ends too early', words(7, 1, 3, 2, 7)],
    ['more is counted than is read', words(7, 1, 3, 0xffffffff, 7)],
    ['the file is longer than a status', Buffer.alloc(1024 * 1024, 1)],
  ])('is undefined if %s', (_why, bytes) => {
    writeSync(file.fd, bytes, 0, undefined, 0)
    expect(file.read()).toBeUndefined()
  })

  it('is what the process with the descriptor wrote', () => {
    const script = `require('node:fs').writeSync(3, Buffer.from('${words(1, 1, 9, 0, 1).toString('hex')}', 'hex'), 0, 20, 0)`
    spawnSync(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'inherit', file.fd] })
    expect(file.read()).toMatchObject({ sequence: 1, connection: 9 })
  })

  it('takes as much memory as was written to it, wherever in the file', () => {
    expect(file.bytes()).toBe(0)
    writeSync(file.fd, Buffer.alloc(1024 * 1024, 1), 0, undefined, 1024 ** 3)
    expect(file.bytes()).toBeGreaterThanOrEqual(1024 * 1024)
    expect(file.bytes()).toBeLessThan(2 * 1024 * 1024)
    file.close()
    expect(file.bytes()).toBe(0)
  })

  it('has no name, and disappears when it is closed', () => {
    expect(readlinkSync(`/proc/self/fd/${file.fd}`)).toMatch(/ \(deleted\)$/)
    file.close()
    expect(file.read()).toBeUndefined()
    file.close()
  })
})
