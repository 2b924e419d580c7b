import { createReadStream } from 'node:fs'
import { formatBytes } from '@proplet/component/units.js'

const MAX_FILE_BYTES = 256 * 1024 * 1024

/** The file is larger than the limit. */
export class TooLarge extends Error {
  constructor() {
    super(`it is larger than ${formatBytes(MAX_FILE_BYTES)}`)
    this.name = 'TooLarge'
  }
}

/** Reads a whole file, or stdin for `-`. Fails with `TooLarge`, or with the error of the file system. */
export async function readInput(
  path: string,
  stdin: () => AsyncIterable<Uint8Array | string>,
): Promise<Uint8Array> {
  const source: AsyncIterable<Uint8Array | string> =
    path === '-' ? stdin() : createReadStream(path, { highWaterMark: 1024 * 1024 })
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of source) {
    length += chunk.length
    if (length > MAX_FILE_BYTES) throw new TooLarge()
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  }
  return Buffer.concat(chunks)
}
