import { accessSync, closeSync, constants, openSync, readSync, realpathSync, statSync } from 'node:fs'

/** Access to the file system that is needed to load a configuration. */
export type ConfigFiles = {
  /** The text of a file; throws an error with a `code`, as `node:fs` does, and with `EFBIG` above 1 MiB. */
  readonly read: (path: string) => string
  readonly isReadable: (path: string) => boolean
  readonly isExecutable: (path: string) => boolean
  readonly isDirectory: (path: string) => boolean
  /** The path without symbolic links; unchanged if it does not exist. */
  readonly realPath: (path: string) => string
}

export const FILE_MAX_BYTES = 2 ** 20

class FileTooLarge extends Error {
  override readonly name = 'FileTooLarge'
  readonly code = 'EFBIG'
}

/** Reads at most the limit, because the file may be a pipe or a device. */
const read = (path: string): string => {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(FILE_MAX_BYTES + 1)
    let length = 0
    for (;;) {
      const count = readSync(file, buffer, length, buffer.length - length, null)
      if (count === 0) return buffer.toString('utf8', 0, length)
      length += count
      if (length > FILE_MAX_BYTES) throw new FileTooLarge(`${path} is larger than 1 MiB`)
    }
  } finally {
    closeSync(file)
  }
}

const isFileFor =
  (mode: number) =>
  (path: string): boolean => {
    try {
      accessSync(path, mode)
      return statSync(path).isFile()
    } catch {
      return false
    }
  }

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

const realPath = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

export const nodeFiles: ConfigFiles = {
  read,
  isReadable: isFileFor(constants.R_OK),
  isExecutable: isFileFor(constants.X_OK),
  isDirectory,
  realPath,
}
