import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Preopen } from '../../model/preopen.js'
import type { ExecRequest } from './args.js'

const MAX_MEMORY_BYTES = 4 * 2 ** 30
const TABLE_MAX_ELEMENTS = 10_000_000

export const launchLimits = ({ memoryMaxBytes = MAX_MEMORY_BYTES, stackMaxBytes }: ExecRequest) => ({
  memoryMaxBytes: Math.min(memoryMaxBytes, MAX_MEMORY_BYTES),
  tableMaxElements: TABLE_MAX_ELEMENTS,
  stackMaxBytes,
})

export const preopensOf = ({ dirs }: ExecRequest): readonly Preopen[] =>
  dirs.map(({ hostPath, guestPath }) => ({ hostPath: resolve(hostPath), guestPath, readonly: false }))

/** The first path that is not a directory. */
export const missingDirectory = ({ dirs }: ExecRequest): string | undefined =>
  dirs.find(({ hostPath }) => statSync(hostPath, { throwIfNoEntry: false })?.isDirectory() !== true)?.hostPath
