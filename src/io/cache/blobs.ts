import { join } from 'node:path'
import type { Binary } from '../../model/binary.js'
import { type Entry, filesOf, remove, touch } from './files.js'
import { temporaryName } from './temporary.js'
import { createUses, KEPT_MS } from './uses.js'

const HEX = /^[0-9a-f]{64}$/
/** Also a bound for the time that a look through the directory takes. */
const MAX_BLOBS = 4096

/** The file name for a digest; undefined if it is not a SHA-256 digest. */
const nameOf = (digest: string): string | undefined => {
  const [algorithm, hex = '', ...rest] = digest.split(':')
  return algorithm === 'sha256' && HEX.test(hex) && rest.length === 0 ? hex : undefined
}

const isFresh = ({ modifiedAt }: Entry): boolean => Math.abs(Date.now() - modifiedAt) < KEPT_MS

/**
 * Binaries under their digest, at most `maxBytes` together, the least recently used deleted first.
 *
 * What anyone used within the last minute stays, since a task may be about to open it: this process knows from memory,
 * the others that share the directory show it by the time of the file. If that leaves no room, nothing is deleted and the
 * new binary is not kept. So the limit holds, and no file goes away under a task that starts.
 */
export const createBlobs = (folder: string, maxBytes: number) => {
  const uses = createUses()

  const removeName = (name: string): Promise<void> => uses.delete(name, () => remove(join(folder, name)))

  /** @param size bytes that it has to have; another size is damage */
  const find = async (digest: string, size?: number): Promise<Binary | undefined> => {
    const name = nameOf(digest)
    if (name === undefined || !uses.claim(name)) return undefined
    const path = join(folder, name)
    const found = await touch(path)
    if (found !== undefined && found === (size ?? found)) return { digest, size: found, content: { path } }
    uses.release(name)
    return undefined
  }

  /** Deletes until `needed` more bytes fit; false: they can't. */
  const makeRoom = async (needed: number): Promise<boolean> => {
    const entries = await filesOf(folder, HEX)
    const victims: Entry[] = []
    let bytes = needed + entries.reduce((sum, { size }) => sum + size, 0)
    let count = entries.length + (needed > 0 ? 1 : 0)
    const isTooMuch = (): boolean => bytes > maxBytes || count > MAX_BLOBS
    for (const entry of entries) {
      if (!isTooMuch()) break
      if (uses.isInUse(entry.name) || isFresh(entry)) continue
      victims.push(entry)
      bytes -= entry.size
      count--
    }
    if (isTooMuch()) return false
    for (const { name } of victims) {
      if (uses.isInUse(name)) return false
      await removeName(name)
    }
    return true
  }

  /** @param place puts the file there, as a whole or not at all */
  const keep = async (
    digest: string,
    size: number,
    place: (folder: string, name: string) => Promise<void>,
  ): Promise<Binary | undefined> => {
    const name = nameOf(digest)
    if (name === undefined || size > maxBytes) return undefined
    const found = await find(digest, size)
    if (found !== undefined) return found
    if (!(await makeRoom(size))) return undefined
    await place(folder, name)
    return find(digest, size)
  }

  const evict = async (digest: string): Promise<void> => {
    const name = nameOf(digest)
    if (name !== undefined) await removeName(name)
  }

  const hold = (digest: string): (() => void) => uses.hold(nameOf(digest) ?? digest)

  /** A file that is not there yet, for what may become a blob. */
  const temporaryPath = (): string => join(folder, temporaryName())

  return { find, keep, hold, evict, makeRoom, temporaryPath }
}
