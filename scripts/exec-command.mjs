import { dirname } from 'node:path'
import process from 'node:process'
import { inRoot } from './bundle.mjs'

/** `proplet-exec` as users start it, by its path. With the `PATH` of `withOwnNode`, it runs on the Node.js of this script. */
export const EXEC = inRoot('dist/exec.cjs')

export const withOwnNode = {
  ...process.env,
  PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
}
