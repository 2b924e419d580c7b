// @ts-check
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { summary } from './stats.mjs'

/**
 * How long an `fsync` of 200 more bytes takes in a directory: what each task would wait for if it did.
 * @param {string} directory
 * @param {number} count
 */
export const syncTimes = async (directory, count) => {
  const path = join(directory, 'sync-times')
  const file = await open(path, 'w')
  const times = []
  for (let i = 0; i < count; i++) {
    await file.write(Buffer.alloc(200))
    const from = performance.now()
    await file.datasync()
    times.push(performance.now() - from)
  }
  await file.close()
  await rm(path)
  return summary(times)
}
