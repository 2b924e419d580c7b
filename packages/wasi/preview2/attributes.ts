import type { FileStat, FileType } from '../host/stat.js'
import { toDatetime, type Datetime } from './datetime.js'

/** `descriptor-type` of wasi:filesystem/types. */
const descriptorTypes = {
  unknown: 'unknown',
  block: 'block-device',
  character: 'character-device',
  directory: 'directory',
  fifo: 'fifo',
  symlink: 'symbolic-link',
  regular: 'regular-file',
  socket: 'socket',
} as const satisfies Readonly<Record<FileType, string>>

export type DescriptorType = (typeof descriptorTypes)[FileType]

/** `descriptor-stat`. Times before 1970 cannot be represented and are omitted. */
export type DescriptorStat = {
  readonly type: DescriptorType
  readonly linkCount: bigint
  readonly size: bigint
  readonly dataAccessTimestamp: Datetime | undefined
  readonly dataModificationTimestamp: Datetime | undefined
  readonly statusChangeTimestamp: Datetime | undefined
}

export type MetadataHash = { readonly lower: bigint; readonly upper: bigint }

export const descriptorTypeOf = (type: FileType): DescriptorType => descriptorTypes[type]

export const toDescriptorStat = (stat: FileStat): DescriptorStat => ({
  type: descriptorTypeOf(stat.type),
  linkCount: stat.links,
  size: stat.size,
  dataAccessTimestamp: sinceEpoch(stat.accessed),
  dataModificationTimestamp: sinceEpoch(stat.modified),
  statusChangeTimestamp: sinceEpoch(stat.changed),
})

const sinceEpoch = (time: bigint): Datetime | undefined => (time < 0n ? undefined : toDatetime(time))

/**
 * `metadata-hash-value`. The lower half identifies the file and is stable, because wasi-libc and the preview 1 adapter present it
 * as the inode; the upper half changes when the file is modified.
 */
export const metadataHash = ({ device, inode, size, modified, changed }: FileStat): MetadataHash => ({
  lower: hash(device, inode),
  upper: hash(device, inode, size, modified, changed),
})

const hash = (...values: readonly bigint[]): bigint =>
  process
    .getBuiltinModule('node:crypto')
    .createHash('sha256')
    .update(values.join())
    .digest()
    .readBigUInt64LE()
