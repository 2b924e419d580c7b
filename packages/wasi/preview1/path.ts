import { answer } from './errno.js'
import { follows, newTimes } from './flags.js'
import type { Guest } from './guest.js'
import { FILESTAT_BYTES, writeFilestat } from './layout.js'
import { rights } from './rights.js'

/** The `path_*` functions, except `path_open`. */
export function pathFunctions({ memory, descriptors }: Guest) {
  const directory = (fd: number, right: number) => descriptors.directory(fd, right).directory
  return {
    path_create_directory: answer((fd: number, path: number, length: number) => {
      directory(fd, rights.pathCreateDirectory).createDirectory(memory.path(path, length))
    }),

    path_filestat_get: answer((fd: number, flags: number, path: number, length: number, result: number) => {
      const target = directory(fd, rights.pathFilestatGet)
      memory.check(result, FILESTAT_BYTES)
      writeFilestat(memory, result, target.statAt(memory.path(path, length), follows(flags)))
    }),

    path_filestat_set_times: answer(
      (
        fd: number,
        flags: number,
        path: number,
        length: number,
        accessed: bigint,
        modified: bigint,
        which: number,
      ) => {
        const target = directory(fd, rights.pathFilestatSetTimes)
        const times = newTimes(accessed, modified, which)
        target.setTimesAt(memory.path(path, length), follows(flags), times)
      },
    ),

    path_link: answer(
      (
        fd: number,
        flags: number,
        path: number,
        length: number,
        toFd: number,
        toPath: number,
        toLength: number,
      ) => {
        const from = directory(fd, rights.pathLinkSource)
        const to = directory(toFd, rights.pathLinkTarget)
        from.link(memory.path(path, length), follows(flags), to, memory.path(toPath, toLength))
      },
    ),

    path_readlink: answer(
      (fd: number, path: number, length: number, buffer: number, room: number, result: number) => {
        const target = directory(fd, rights.pathReadlink)
        memory.check(result, 4)
        const link = target.readLink(memory.path(path, length))
        memory.setU32(result, memory.setText(buffer, room, link))
      },
    ),

    path_remove_directory: answer((fd: number, path: number, length: number) => {
      directory(fd, rights.pathRemoveDirectory).removeDirectory(memory.path(path, length))
    }),

    path_rename: answer(
      (fd: number, path: number, length: number, toFd: number, toPath: number, toLength: number) => {
        const from = directory(fd, rights.pathRenameSource)
        const to = directory(toFd, rights.pathRenameTarget)
        from.rename(memory.path(path, length), to, memory.path(toPath, toLength))
      },
    ),

    path_symlink: answer((link: number, linkLength: number, fd: number, path: number, length: number) => {
      const target = directory(fd, rights.pathSymlink)
      target.symlink(memory.path(link, linkLength), memory.path(path, length))
    }),

    path_unlink_file: answer((fd: number, path: number, length: number) => {
      directory(fd, rights.pathUnlinkFile).unlink(memory.path(path, length))
    }),
  }
}
