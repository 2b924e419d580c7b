import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { DownloadError } from '../../../model/download.js'
import { SpoolError, type Spool } from '../../cache/spool.js'
import { readTar, TarError } from './tar.js'

/** What a layer turned out to be, whatever its media type says. */
export type LayerKind = 'wasm' | 'tar' | 'tar+gzip'

const startsWith = (bytes: Uint8Array, ...start: readonly number[]): boolean =>
  start.every((byte, index) => bytes[index] === byte)

const GZIP = [0x1f, 0x8b] as const
const WASM = [0x00, 0x61, 0x73, 0x6d] as const

export const kindOfLayer = async (layer: Spool): Promise<LayerKind> => {
  for await (const piece of layer.read()) {
    if (startsWith(piece, ...WASM)) return 'wasm'
    return startsWith(piece, ...GZIP) ? 'tar+gzip' : 'tar'
  }
  return 'tar'
}

async function* unpacked(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const packed = Readable.from(pieces)
  const gunzip = createGunzip()
  packed.once('error', (error) => gunzip.destroy(error))
  try {
    for await (const piece of packed.pipe(gunzip)) if (piece instanceof Uint8Array) yield piece
  } finally {
    packed.destroy()
    gunzip.destroy()
  }
}

/** How much a layer may unpack to, in units of the largest binary. */
const UNPACKED = 4

/** Lets the pieces through, up to a limit. */
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
  readonly kind: 'tar' | 'tar+gzip'
  /** Where the binary goes to. */
  readonly into: Spool
  readonly maxBytes: number
  /** How the layer is named in errors. */
  readonly what: string
  readonly signal: AbortSignal
}

const reworded = (what: string, error: unknown): unknown => {
  if (error instanceof TarError) return new DownloadError(`${what}: ${error.message}`, { cause: error })
  if (error instanceof SpoolError) return new DownloadError(`${what}: ${error.message}`, { cause: error })
  const isPacked = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
  return isPacked ? new DownloadError(`${what}: damaged gzip data`, { cause: error }) : error
}

/** Finds the one `*.wasm` in a layer; false: there is none. Rejects with a `DownloadError` for a bad layer, or several. */
export const extractBinary = async (extraction: Extraction): Promise<boolean> => {
  const { layer, kind, into, maxBytes, what, signal } = extraction
  let found: string | undefined
  try {
    await readTar(
      limited(maxBytes * UNPACKED, signal)(kind === 'tar' ? layer.read() : unpacked(layer.read())),
      async ({ name, size }, body) => {
        if (!isBinary(name)) return
        if (found !== undefined)
          throw new TarError(`several binaries, such as ${quoted(found)} and ${quoted(name)}; expected one`)
        if (size > maxBytes) throw new TarError(`${quoted(name)} is larger than ${maxBytes} bytes`)
        found = name
        for await (const piece of body) await into.write(piece)
      },
    )
  } catch (error) {
    throw reworded(what, error)
  }
  return found !== undefined
}
