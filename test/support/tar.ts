import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A tar of these files, created by the system's tar. */
export const tarOf = async (
  files: Readonly<Record<string, Uint8Array>>,
  ...args: readonly string[]
): Promise<Buffer> => {
  const directory = await mkdtemp(join(tmpdir(), 'proplet-tar-'))
  try {
    for (const [name, bytes] of Object.entries(files)) {
      await mkdir(dirname(join(directory, 'in', name)), { recursive: true })
      await writeFile(join(directory, 'in', name), bytes)
    }
    await run('tar', ['-cf', join(directory, 'out.tar'), ...args, '-C', join(directory, 'in'), '.'])
    return await readFile(join(directory, 'out.tar'))
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** A tar header block with a valid checksum. */
export const tarHeader = (name: string, size: number | string, type = '0'): Buffer => {
  const block = Buffer.alloc(512)
  block.write(name, 0, 100)
  block.write('0000644\0', 100)
  block.write(typeof size === 'string' ? size : `${size.toString(8).padStart(11, '0')}\0`, 124, 12, 'latin1')
  block.write('        ', 148)
  block.write(type, 156)
  block.write('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** A tar entry: its header, and its body padded to a block. */
export const tarFile = (name: string, body: Uint8Array, type = '0'): Buffer =>
  Buffer.concat([tarHeader(name, body.length, type), body, Buffer.alloc((512 - (body.length % 512)) % 512)])

export const TAR_END = Buffer.alloc(1024)
