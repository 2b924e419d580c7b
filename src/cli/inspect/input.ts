import { closeSync, constants, createReadStream, fstatSync, openSync, readFileSync, statSync } from 'node:fs'
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
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = path === '-' ? undefined : readWhole(path)
  if (whole !== undefined) return whole
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

/**
 * At once, without the streams of Node.js, which take longer to load than a small file; undefined if it is not a regular file. A named
 * pipe must not be opened twice: the writer would lose its reader in between.
 */
function readWhole(path: string): Uint8Array<ArrayBuffer> | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = fstatSync(file)
    if (!stats.isFile()) return undefined
    if (stats.size > MAX_FILE_BYTES) throw new TooLarge()
    const bytes = readFileSync(file)
    if (bytes.length > MAX_FILE_BYTES) throw new TooLarge()
    return bytes
  } finally {
    closeSync(file)
  }
}
