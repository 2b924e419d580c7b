import { Readable, type Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import { DownloadError } from '../../../model/download.js'
import { SpoolError, type Spool } from '../../cache/spool.js'
import { readTar, TarError } from './tar.js'
import { codeOf } from '../../../model/code-of.js'

/** The compression of a layer, whatever its media type says. */
export type Compression = 'none' | 'gzip' | 'zstd'

const startsWith = (bytes: Uint8Array, start: readonly number[]): boolean =>
  start.every((byte, index) => bytes[index] === byte)

const GZIP = [0x1f, 0x8b] as const
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd] as const
const WASM = [0x00, 0x61, 0x73, 0x6d] as const

type LayerKind = { readonly isWasm: boolean; readonly compression: Compression }

/** What a layer contains: a wasm binary, or something to unpack. */
export const kindOfLayer = async (layer: Spool): Promise<LayerKind> => {
  for await (const piece of layer.read()) {
    const compressed = startsWith(piece, ZSTD) ? 'zstd' : 'none'
    return {
      isWasm: startsWith(piece, WASM),
      compression: startsWith(piece, GZIP) ? 'gzip' : compressed,
    }
  }
  return { isWasm: false, compression: 'none' }
}

/** Needs Node.js 22.15 or newer. */
const zstdDecompress = (): Transform => {
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress')
  if (typeof create !== 'function')
    throw new TarError(`it is compressed with zstd, which needs Node.js 22.15; this is ${process.version}`)
  return (create as () => Transform)()
}

async function* unpacked(
  pieces: AsyncIterable<Uint8Array>,
  compression: Compression,
): AsyncGenerator<Uint8Array, void> {
  if (compression === 'none') {
    yield* pieces
    return
  }
  const decompress = compression === 'gzip' ? zlib.createGunzip() : zstdDecompress()
  const packed = Readable.from(pieces)
  packed.once('error', (error) => decompress.destroy(error))
  try {
    for await (const piece of packed.pipe(decompress)) if (piece instanceof Uint8Array) yield piece
  } finally {
    packed.destroy()
    decompress.destroy()
  }
}

/** The pieces again, preceded by the bytes already read. */
const sniffed = async (pieces: AsyncIterable<Uint8Array>) => {
  const iterator: AsyncIterator<Uint8Array, unknown> = pieces[Symbol.asyncIterator]()
  let head = new Uint8Array()
  while (head.length < WASM.length) {
    const { done, value } = await iterator.next()
    if (done === true) break
    head = new Uint8Array(Buffer.concat([head, value]))
  }
  const again = async function* (): AsyncGenerator<Uint8Array, void> {
    try {
      if (head.length > 0) yield head
      for (;;) {
        const { done, value } = await iterator.next()
        if (done === true) return
        yield value
      }
    } finally {
      await iterator.return?.()
    }
  }
  return { isWasm: startsWith(head, WASM), isEmpty: head.length === 0, pieces: again() }
}

/** Maximum unpacked size of a layer, in multiples of the maximum binary size. */
const UNPACKED = 4

/** Passes pieces on, up to a limit. */
const limited = (maxBytes: number, signal: AbortSignal) =>
  async function* (pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    let size = 0
    for await (const piece of pieces) {
      signal.throwIfAborted()
      size += piece.length
      if (size > maxBytes) throw new TarError(`it unpacks to more than ${maxBytes} bytes`)
      yield piece
    }
  }

const isBinary = (name: string): boolean => /\.wasm$/i.test(name) && !/(?:^|\/)\.wh\.[^/]*$/.test(name)

const quoted = (name: string): string => JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name)

export type Extraction = {
  readonly layer: Spool
  readonly compression: Compression
  /** Receives the binary. */
  readonly into: Spool
  readonly maxBytes: number
  /** The layer's name in errors. */
  readonly what: string
  readonly signal: AbortSignal
}

const reworded = (what: string, error: unknown): unknown => {
  if (error instanceof TarError || error instanceof SpoolError)
    return new DownloadError(`${what}: ${error.message}`, { cause: error })
  const code = codeOf(error) ?? ''
  if (/^(?:Z_|ERR_ZSTD|ZSTD_)/.test(code))
    return new DownloadError(`${what}: damaged compressed data`, { cause: error })
  return error
}

/** Finds the only `*.wasm` in a tar. */
const findInTar = async (
  pieces: AsyncIterable<Uint8Array>,
  { into, maxBytes }: Pick<Extraction, 'into' | 'maxBytes'>,
): Promise<boolean> => {
  let found: string | undefined
  await readTar(pieces, async ({ name, size }, body) => {
    if (!isBinary(name)) return
    if (found !== undefined)
      throw new TarError(`several binaries, such as ${quoted(found)} and ${quoted(name)}; expected one`)
    if (size > maxBytes) throw new TarError(`${quoted(name)} is larger than ${maxBytes} bytes`)
    found = name
    for await (const piece of body) await into.write(piece)
  })
  return found !== undefined
}

/**
 * Unpacks a layer: a compressed binary, or the only `*.wasm` of a tar.
 * @returns false if there is none
 * @throws DownloadError if the layer is invalid, or contains several
 */
export const extractBinary = async (extraction: Extraction): Promise<boolean> => {
  const { layer, compression, into, maxBytes, what, signal } = extraction
  try {
    const plain = limited(maxBytes * UNPACKED, signal)(unpacked(layer.read(), compression))
    const { isWasm, isEmpty, pieces } = await sniffed(plain)
    if (isEmpty) return false
    if (!isWasm) return await findInTar(pieces, { into, maxBytes })
    for await (const piece of pieces) {
      if (into.size + piece.length > maxBytes) throw new TarError(`it is larger than ${maxBytes} bytes`)
      await into.write(piece)
    }
    return true
  } catch (error) {
    throw reworded(what, error)
  }
}
