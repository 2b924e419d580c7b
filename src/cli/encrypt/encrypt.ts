import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import * as E from 'fp-ts/lib/Either.js'
import { pack } from 'tar-stream'
import { SealError } from '../../io/download/ocicrypt/errors.js'
import { sealForRecipients, type Recipient } from '../../io/download/ocicrypt/seal.js'
import { readKek } from '../../io/download/ocicrypt/unwrap.js'
import { parseKeyReference, textOfKey } from '../../io/kbs/resource-uri.js'
import { messageOf } from '../../model/message-of.js'
import type { Words } from '../commands/parse.js'
import { EXIT } from '../output/exits.js'
import { readInput } from '../inspect/input.js'
import { errorLines } from '../output/lines.js'
import { writeLayout, type Blob } from './layout.js'

/** Ends the command with an exit code. */
class EncryptFailure extends Error {
  override readonly name = 'EncryptFailure'
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

const WASM_LAYER = 'application/vnd.wasm.content.layer.v1+wasm'
const TAR_LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const EMPTY: Blob = { mediaType: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') }
const MAGIC = Buffer.from('\0asm', 'latin1')

type Target = { readonly directory: string; readonly tag: string }

const targetOf = (text: string | undefined): Target => {
  const [, directory, tag = 'latest'] = /^oci:([^:]+)(?::([\w][\w.-]{0,127}))?$/.exec(text ?? '') ?? []
  if (directory !== undefined) return { directory, tag }
  throw new EncryptFailure(EXIT.usage, '--output: expected oci:DIRECTORY or oci:DIRECTORY:TAG')
}

const readable = async (path: string): Promise<Buffer> => {
  try {
    return await readFile(path)
  } catch (error) {
    throw new EncryptFailure(EXIT.noInput, `${path}: ${messageOf(error)}`)
  }
}

const recipientsOf = async (words: Words): Promise<readonly Recipient[]> => {
  const uris = words.values('kbs-resource')
  const files = words.values('key')
  if (uris.length === 0 || uris.length !== files.length)
    throw new EncryptFailure(EXIT.usage, 'expected a --kbs-resource, and one --key for each')
  return Promise.all(
    uris.map(async (uri, index) => {
      const key = parseKeyReference(uri)
      if (E.isLeft(key)) throw new EncryptFailure(EXIT.usage, `--kbs-resource: ${key.left}`)
      const kid = textOfKey(key.right)
      return { kid, kek: readKek(await readable(files[index] ?? ''), kid) }
    }),
  )
}

const tarOf = async (binary: Uint8Array): Promise<Buffer> => {
  const tar = pack()
  tar.entry({ name: 'module.wasm', mode: 0o644, mtime: new Date(0) }, Buffer.from(binary))
  tar.finalize()
  const pieces: Buffer[] = []
  for await (const piece of tar as AsyncIterable<Buffer>) pieces.push(piece)
  return Buffer.concat(pieces)
}

type Plain = { readonly layer: Uint8Array; readonly mediaType: string; readonly config: Blob }

/** The image config contains the diff_id of a tar layer, because container tools need it. */
const plainOf = async (binary: Uint8Array, isTar: boolean): Promise<Plain> => {
  if (!isTar) return { layer: binary, mediaType: WASM_LAYER, config: EMPTY }
  const tar = await tarOf(binary)
  const diffId = `sha256:${createHash('sha256').update(tar).digest('hex')}`
  const config = { architecture: 'wasm', os: 'wasip1', rootfs: { type: 'layers', diff_ids: [diffId] } }
  return {
    layer: gzipSync(tar),
    mediaType: TAR_LAYER,
    config: { mediaType: CONFIG, bytes: Buffer.from(JSON.stringify(config)) },
  }
}

const encryptTo = async (words: Words, host: NodeJS.Process): Promise<string> => {
  const { directory, tag } = targetOf(words.value('output'))
  const recipients = await recipientsOf(words)
  const file = words.args[0] ?? ''
  const binary = await readInput(file, () => host.stdin).catch((error: unknown) => {
    throw new EncryptFailure(EXIT.noInput, `${file}: ${messageOf(error)}`)
  })
  if (!MAGIC.equals(binary.subarray(0, 4)))
    throw new EncryptFailure(EXIT.data, `${file}: expected a WebAssembly binary`)
  const { layer, mediaType, config } = await plainOf(binary, words.on.has('tar'))
  const sealed = await sealForRecipients(layer, mediaType, recipients, new AbortController().signal)
  const { ciphertext: bytes, annotations } = sealed
  const digest = await writeLayout(
    directory,
    tag,
    { mediaType: sealed.mediaType, bytes, annotations },
    config,
  )
  const names = recipients.map(({ kid }) => kid).join(', ')
  return `oci:${directory}:${tag} is ${digest}, encrypted for ${names}\n`
}

/** Creates an encrypted image from a binary; returns the exit code. */
export const encrypt = async (words: Words, host: NodeJS.Process): Promise<number> => {
  try {
    host.stdout.write(await encryptTo(words, host))
    return EXIT.done
  } catch (error) {
    if (error instanceof SealError) {
      host.stderr.write(errorLines([error.message]))
      return EXIT.data
    }
    if (!(error instanceof EncryptFailure)) throw error
    host.stderr.write(errorLines([error.message]))
    return error.code
  }
}
