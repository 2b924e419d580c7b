import { readFile } from 'node:fs/promises'

/** The text of a kernel file; undefined if this host does not have it. */
export const readText = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch(() => undefined)
