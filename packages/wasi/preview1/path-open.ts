import { Cursor } from '../host/cursor.js'
import type { Directory } from '../host/directory.js'
import { HostError } from '../host/errors.js'
import type { File } from '../host/file.js'
import type { OpenOptions } from '../host/open.js'
import type { Entry } from './descriptors.js'
import { answer } from './errno.js'
import { checkFdflags, checkOflags, follows, oflags } from './flags.js'
import type { Guest } from './guest.js'
import { directoryRights, fileRights, rights, toRights, writeRights } from './rights.js'

/** `path_open`. */
export function pathOpenFunctions({ memory, descriptors }: Guest) {
  return {
    path_open: answer(
      (
        fd: number,
        lookup: number,
        path: number,
        length: number,
        openFlags: number,
        base: bigint,
        _inheriting: bigint,
        flags: number,
        result: number,
      ) => {
        const parent = descriptors.directory(fd, rights.pathOpen)
        const asked = toRights(base) & parent.inheriting
        const options = toOptions(openFlags, asked, follows(lookup))
        descriptors.directory(fd, neededRights(options))
        checkFdflags(flags)
        memory.check(result, 4)
        descriptors.requireRoom()
        const opened = parent.directory.open(memory.path(path, length), options)
        const entry = toEntry(opened, options, parent.inheriting, flags)
        memory.setU32(result, descriptors.add(entry))
      },
    ),
  }
}

const neededRights = ({ create, truncate }: OpenOptions): number =>
  (create ? rights.pathCreateFile : 0) | (truncate ? rights.pathFilestatSetSize : 0)

function toOptions(openFlags: number, asked: number, follow: boolean): OpenOptions {
  checkOflags(openFlags)
  const directory = (openFlags & oflags.directory) !== 0
  // Opening neither creates nor changes a directory.
  if (directory && openFlags !== oflags.directory) throw new HostError('EINVAL')
  return {
    follow,
    read: (asked & (rights.fdRead | rights.fdReaddir)) !== 0,
    // Corresponds to `O_WRONLY`; Go requests the right to set the size of what it opens to read, too.
    write: (asked & rights.fdWrite) !== 0,
    create: (openFlags & oflags.creat) !== 0,
    exclusive: (openFlags & oflags.excl) !== 0,
    truncate: (openFlags & oflags.trunc) !== 0,
    directory,
  }
}

function toEntry(opened: File | Directory, options: OpenOptions, inheriting: number, flags: number): Entry {
  if (opened.kind === 'directory') {
    const base = directoryRights & inheriting
    return {
      kind: 'directory',
      directory: opened,
      preopen: undefined,
      reader: undefined,
      rights: base,
      inheriting,
      flags,
    }
  }
  const readable = options.read ? 0 : rights.fdRead
  const writable = options.write ? 0 : writeRights
  const base = fileRights & inheriting & ~readable & ~writable
  return { kind: 'file', file: opened, cursor: new Cursor(opened), rights: base, inheriting: 0, flags }
}
