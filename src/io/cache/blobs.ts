import { join } from 'node:path'
import type { Binary } from '../../model/binary.js'
import { type Entry, filesOf, remove, touch } from './files.js'
import { temporaryName } from './temporary.js'
import { createUses, KEPT_MS } from './uses.js'

const HEX = /^[0-9a-f]{64}$/
/** Maximum number of files; also bounds how long listing the directory takes. */
const MAX_BLOBS = 4096

/** The file name for a digest; undefined if it is not a SHA-256 digest. */
const nameOf = (digest: string): string | undefined => {
  const [algorithm, hex = '', ...rest] = digest.split(':')
  return algorithm === 'sha256' && HEX.test(hex) && rest.length === 0 ? hex : undefined
}

const isFresh = ({ modifiedAt }: Entry): boolean => Math.abs(Date.now() - modifiedAt) < KEPT_MS

/**
 * Binaries by digest, at most `maxBytes` in total; the least recently used ones are deleted first.
 *
 * Binaries used within the last minute are not deleted, because a task may be about to open them: this process knows
 * from memory, other processes that share the directory from the time of the file. If that leaves no room, nothing is
 * deleted and the new binary is not stored. So the limit holds, and no file disappears while a task starts.
 */
export const createBlobs = (folder: string, maxBytes: number) => {
  const uses = createUses()

  const removeName = (name: string): Promise<void> => uses.delete(name, () => remove(join(folder, name)))

  /** @param size expected size in bytes; a file of another size is damaged */
  const find = async (digest: string, size?: number): Promise<Binary | undefined> => {
    const name = nameOf(digest)
    if (name === undefined || !uses.claim(name)) return undefined
    const path = join(folder, name)
    const found = await touch(path)
    if (found !== undefined && found === (size ?? found)) return { digest, size: found, content: { path } }
    uses.release(name)
    return undefined
  }

  /** Deletes files until `needed` more bytes fit; false if that is impossible. */
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

  /** @param place creates the file atomically */
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

  /** The path of a new temporary file for a future blob. */
  const temporaryPath = (): string => join(folder, temporaryName())

  return { find, keep, hold, evict, makeRoom, temporaryPath }
}
