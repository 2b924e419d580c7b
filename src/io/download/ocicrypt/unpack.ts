import { createHash } from 'node:crypto'
import { Readable, type Transform } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import * as zlib from 'node:zlib'
import { SLICE } from '../../slices.js'
import { readTar, TarError, type TarFile } from '../oci/tar.js'
import { NoBinaryError, SealError } from './errors.js'
import { codeOf } from '../../../model/code-of.js'

export type Unpacking = {
  /** The decrypted layer, which the caller overwrites afterwards. */
  readonly layer: Buffer
  /** `sha256:…` of the uncompressed layer; undefined if its image does not state it. */
  readonly diffId: string | undefined
  readonly maxBytes: number
  readonly what: string
  readonly signal: AbortSignal
}

/** Maximum unpacked size of a layer, in multiples of the maximum binary size. */
const UNPACKED = 4
const SHOWN_NAMES = 5

const startsWith = (bytes: Uint8Array, ...start: readonly number[]): boolean =>
  start.every((byte, index) => bytes[index] === byte)
const isWasm = (bytes: Uint8Array): boolean => startsWith(bytes, 0x00, 0x61, 0x73, 0x6d)
const isGzip = (bytes: Uint8Array): boolean => startsWith(bytes, 0x1f, 0x8b)
const isZstd = (bytes: Uint8Array): boolean => startsWith(bytes, 0x28, 0xb5, 0x2f, 0xfd)

/** Needs Node.js 22.15 or newer. */
const zstd = (): Transform | undefined => {
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress')
  return typeof create === 'function' ? (Reflect.apply(create, zlib, []) as Transform) : undefined
}

const decompressor = (layer: Buffer, what: string): Transform | undefined => {
  if (isGzip(layer)) return createGunzip()
  if (!isZstd(layer)) return undefined
  const transform = zstd()
  if (transform !== undefined) return transform
  throw new SealError(`${what} is compressed with zstd, which this Node.js does not support; expected gzip`)
}

function* slices(layer: Buffer): Generator<Buffer> {
  for (let at = 0; at < layer.length; at += SLICE) yield layer.subarray(at, at + SLICE)
}

/** Decompresses, up to a limit. */
async function* unpacked({ layer, maxBytes, what, signal }: Unpacking): AsyncGenerator<Buffer, void> {
  const transform = decompressor(layer, what)
  const pieces: AsyncIterable<unknown> = transform
    ? Readable.from(slices(layer), { objectMode: false }).pipe(transform)
    : Readable.from(slices(layer))
  let size = 0
  try {
    for await (const piece of pieces) {
      signal.throwIfAborted()
      if (!Buffer.isBuffer(piece)) continue
      size += piece.length
      if (size > maxBytes * UNPACKED)
        throw new TarError(`it unpacks to more than ${maxBytes * UNPACKED} bytes`)
      yield piece
      await setImmediate()
    }
  } finally {
    transform?.destroy()
  }
}

const isBinary = (name: string): boolean => /\.wasm$/i.test(name) && !/(?:^|\/)\.wh\.[^/]*$/.test(name)
const isModule = (name: string): boolean => /^(?:\.\/)?module\.wasm$/.test(name)
const quoted = (name: string): string => JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name)

const bytesOf = async (
  { name, size }: TarFile,
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Buffer> => {
  if (size > maxBytes) throw new TarError(`${quoted(name)} is larger than ${maxBytes} bytes`)
  const bytes = Buffer.allocUnsafeSlow(size)
  let at = 0
  for await (const piece of body) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

/** Prefers `module.wasm` to an only `*.wasm`. */
const moduleOf = async (pieces: AsyncIterable<Buffer>, { maxBytes, what }: Unpacking): Promise<Buffer> => {
  const names: string[] = []
  let found: { readonly isModule: boolean; readonly bytes: Buffer } | undefined
  await readTar(pieces, async (file, body) => {
    if (!isBinary(file.name)) return
    names.push(quoted(file.name))
    if (found?.isModule === true || (found !== undefined && !isModule(file.name))) return
    found?.bytes.fill(0)
    found = { isModule: isModule(file.name), bytes: await bytesOf(file, body, maxBytes) }
  })
  if (found === undefined) throw new NoBinaryError(`${what} holds no *.wasm file`)
  if (found.isModule || names.length === 1) return found.bytes
  found.bytes.fill(0)
  const more = names.length > SHOWN_NAMES ? ', …' : ''
  throw new SealError(
    `${what} holds several binaries (${names.slice(0, SHOWN_NAMES).join(', ')}${more}); expected one, or a module.wasm`,
  )
}

async function* hashed(pieces: AsyncIterable<Buffer>, hash: { update: (piece: Buffer) => void }) {
  for await (const piece of pieces) {
    hash.update(piece)
    yield piece
  }
}

async function* begunWith(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void> {
  yield first
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

const whole = async (pieces: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> => {
  const parts: Buffer[] = []
  let size = 0
  for await (const piece of pieces) {
    size += piece.length
    if (size > maxBytes) throw new TarError(`the binary is larger than ${maxBytes} bytes`)
    parts.push(Buffer.from(piece))
  }
  const bytes = Buffer.allocUnsafeSlow(size)
  let at = 0
  for (const part of parts) {
    at += part.copy(bytes, at)
    part.fill(0)
  }
  return bytes
}

const reworded = (what: string, error: unknown): unknown => {
  if (error instanceof TarError) return new SealError(`${what}: ${error.message}`, { cause: error })
  const isPacked = /^(?:Z_|ZSTD_)/.test(codeOf(error) ?? '')
  return isPacked ? new SealError(`${what}: damaged compressed data`, { cause: error }) : error
}

/**
 * Finds the WebAssembly binary in a decrypted layer: the layer itself, or a file of its tar, compressed or not,
 * whatever the media type says. Reads the whole layer and verifies its diff_id, in memory only. Rejects with a
 * `SealError`.
 */
export const unpackLayer = async (unpacking: Unpacking): Promise<Buffer> => {
  const { what, diffId, maxBytes } = unpacking
  const hash = createHash('sha256')
  try {
    const pieces = hashed(unpacked(unpacking), hash)
    const first = await pieces.next()
    if (first.done === true) throw new SealError(`${what} is empty`)
    const all = begunWith(first.value, pieces)
    const binary = isWasm(first.value) ? await whole(all, maxBytes) : await moduleOf(all, unpacking)
    const found = `sha256:${hash.digest('hex')}`
    if (diffId === undefined || found === diffId) return binary
    binary.fill(0)
    throw new SealError(`the diff_id of ${what} does not match: the image config has ${diffId}`)
  } catch (error) {
    throw reworded(what, error)
  }
}
