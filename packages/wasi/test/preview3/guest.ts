import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { Channel } from '@proplet/component/link/async/channel.js'
import type { Preview2 } from '../../preview2.js'
import { createPreview3 } from '../../preview3.js'
import { Descriptor } from '../../preview3/descriptor.js'

export const start = (preopens: { hostPath: string; guestPath: string; readonly: boolean }[] = []) => {
  const output: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' }
  const host = createPreview3({
    args: ['test'],
    env: { A: '1' },
    preopens,
    stdout: (bytes) => void (output.stdout += Buffer.from(bytes).toString()),
    stderr: (bytes) => void (output.stderr += Buffer.from(bytes).toString()),
  })
  onTestFinished(() => host.close())
  return { host, output }
}

export const call = ({ imports }: Preview2, name: string, ...args: readonly unknown[]): unknown => {
  const [key = '', member = ''] = name.split('#')
  const called = imports[key]?.[member]
  if (typeof called !== 'function') throw new Error(`expected a function ${name}`)
  return Reflect.apply(called, undefined, args)
}

/** A directory with a file, its preopen, and the descriptor. */
export const sandbox = (readonly = false) => {
  const folder = mkdtempSync(join(tmpdir(), 'preview3-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const hostPath = join(folder, 'inside')
  const outside = join(folder, 'outside')
  for (const path of [hostPath, outside]) mkdirSync(path)
  writeFileSync(join(outside, 'secret'), 'secret')
  writeFileSync(join(hostPath, 'file'), 'content')
  symlinkSync('file', join(hostPath, 'link'))
  const { host } = start([{ hostPath, guestPath: '/', readonly }])
  const listed = call(host, 'wasi:filesystem/preopens@0.3#getDirectories')
  const directory: unknown = Array.isArray(listed) && Array.isArray(listed[0]) ? listed[0][0] : undefined
  if (!(directory instanceof Descriptor)) throw new Error('expected a descriptor')
  return { hostPath, outside, directory }
}

/** Reads a stream or a future to its end. */
export const drain = (channel: unknown, most = 1000): unknown[] => {
  if (!(channel instanceof Channel)) throw new Error('expected a channel')
  const items: unknown[] = []
  let isOver = false
  while (!isOver && items.length < most) {
    isOver = true
    channel.read({
      side: { remaining: most, put: (more) => void items.push(...more) },
      copied: () => undefined,
      done: (result) => {
        isOver = result !== 0
      },
    })
  }
  return items
}

/** A stream of bytes as written by a guest. */
export const streamOf = (...texts: string[]) => {
  const channel = new Channel()
  const write = () => {
    for (const text of texts) {
      let rest = Buffer.from(text)
      channel.write({
        side: {
          get remaining() {
            return rest.length
          },
          take: (count) => {
            const piece = rest.subarray(0, count)
            rest = rest.subarray(count)
            return piece
          },
        },
        copied: (reclaim) => reclaim(),
        done: () => undefined,
      })
    }
    channel.drop()
  }
  return { channel, write }
}

export const text = (items: readonly unknown[]): string => Buffer.from(items.map(Number)).toString()
export const future = (channel: unknown): unknown => drain(channel, 1)[0]
export const error = (tag: string) => ({ tag: 'err', val: { tag } })
export const refusal = (tag: string) => expect.objectContaining({ payload: { tag } }) as Error
