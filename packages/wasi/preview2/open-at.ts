import type { Directory } from '../host/directory.js'
import { HostError } from '../host/errors.js'
import type { Durability, File } from '../host/file.js'
import type { OpenOptions } from '../host/open.js'

/** Flags of wasi:filesystem/types in the form of bindings; an omitted flag is not set. */
export type PathFlags = { readonly symlinkFollow?: boolean | undefined }
export type OpenFlags = {
  readonly create?: boolean | undefined
  readonly directory?: boolean | undefined
  readonly exclusive?: boolean | undefined
  readonly truncate?: boolean | undefined
}
export type DescriptorFlags = {
  readonly read?: boolean | undefined
  readonly write?: boolean | undefined
  readonly fileIntegritySync?: boolean | undefined
  readonly dataIntegritySync?: boolean | undefined
  readonly requestedWriteSync?: boolean | undefined
  readonly mutateDirectory?: boolean | undefined
}

export const follows = ({ symlinkFollow }: PathFlags): boolean => symlinkFollow === true

export function durabilityOf({ fileIntegritySync, dataIntegritySync }: DescriptorFlags): Durability {
  if (fileIntegritySync === true) return 'all'
  return dataIntegritySync === true ? 'data' : 'none'
}

/** EROFS: a change in a read-only directory. EINVAL: this function does not create directories. */
export function openAt(
  base: Directory,
  pathFlags: PathFlags,
  path: string,
  { create = false, directory = false, exclusive = false, truncate = false }: OpenFlags,
  { read = false, write = false, mutateDirectory = false }: DescriptorFlags,
): File | Directory {
  if (directory && (create || exclusive || truncate)) throw new HostError('EINVAL')
  if (base.readonly && (write || mutateDirectory || create || truncate)) throw new HostError('EROFS')
  const options: OpenOptions = {
    follow: follows(pathFlags),
    read,
    write: write && !directory,
    create,
    exclusive,
    truncate,
    directory,
  }
  return base.open(path, options)
}
