import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ignoreElements, lastValueFrom, merge, type Observable } from 'rxjs'
import type { Binary, Seal } from '../../../model/binary.js'
import { abortable } from '../../abortable.js'
import { digestOf } from '../../slices.js'
import { NoBinaryError, SealError } from './errors.js'
import { openSealed, type OpenOptions } from './open.js'

export type SealedCache = {
  /** Protects the file of a digest from eviction while subscribed to; never emits. */
  readonly hold: (digest: string) => Observable<never>
  /** Forgets a digest. */
  readonly evict: (digest: string) => Observable<never>
}

export type OpenerOptions = OpenOptions & {
  /** The directory for encrypted layers. */
  readonly cache: SealedCache
}

type Sealed = Binary & { readonly seal: Seal }

const isSealed = (binary: Binary): binary is Sealed => binary.seal !== undefined

const ciphertextOf = async ({ content, digest, seal }: Sealed, cache: SealedCache, signal: AbortSignal) => {
  if ('bytes' in content) return content.bytes
  const bytes = await readFile(content.path, { signal })
  if ((await digestOf([bytes], signal)) === digest) return bytes
  await lastValueFrom(cache.evict(digest), { defaultValue: undefined })
  throw new SealError(`the stored file of ${seal.what} is damaged; start the task again to fetch a new copy`)
}

/**
 * Opens encrypted binaries into memory. Digests of plain text are keyed with a secret of this process: equal binaries
 * have equal digests, which reveal nothing about their content. Errors with a `SealError`, a `KbsError` or an
 * `EvidenceError`.
 */
export const createOpener = ({ cache, ...options }: OpenerOptions) => {
  const secret = randomBytes(32)

  const openedBy = async (binary: Sealed, trusted: string | undefined, signal: AbortSignal) => {
    const warnings: string[] = []
    for (let layer = binary; ;) {
      const { below } = layer.seal
      try {
        const ciphertext = await ciphertextOf(layer, cache, signal)
        const opened = await openSealed({ ...layer.seal, ciphertext, trusted }, options, signal)
        const bytes = opened.binary
        const digest = await digestOf([secret, bytes], signal)
        return {
          binary: { digest, size: bytes.length, content: { bytes }, isConfidential: true } satisfies Binary,
          warnings: [...warnings, ...opened.warnings],
        }
      } catch (error) {
        if (!(error instanceof NoBinaryError) || below === undefined || !isSealed(below)) throw error
        warnings.push(`${error.message}; trying the layer below`)
        layer = below
      }
    }
  }

  return (binary: Binary, trusted: string | undefined) => {
    if (!isSealed(binary)) throw new SealError('the binary is not encrypted')
    const digests = [binary.digest, binary.seal.below?.digest ?? binary.digest]
    return merge(
      abortable((signal) => openedBy(binary, trusted, signal)),
      ...digests.map((digest) => cache.hold(digest).pipe(ignoreElements())),
    )
  }
}
