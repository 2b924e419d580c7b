import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from '../model/code-of.js'

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** Creates a private directory and its parents. Node's `recursive` loops forever under `/proc`. */
export const makeDirectory = (path: string): void => {
  if (isThere(path)) return
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && isThere(path)) return
    const parent = dirname(path)
    if (codeOf(error) !== 'ENOENT' || isThere(parent) || parent === path) throw error
    makeDirectory(parent)
    mkdirSync(path, { mode: 0o700 })
  }
}
