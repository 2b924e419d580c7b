import { readdir, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'

const SUFFIX = '.damaged'
/** Only the newest are kept, so that a failing disk does not fill up with damaged files. */
const MAX_ASIDE = 4

/** Renames an unreadable file, so that it can be examined; returns its new name. */
export const putAside = async (directory: string, file: string): Promise<string> => {
  const aside = `${file}${SUFFIX}`
  await rename(join(directory, file), join(directory, aside))
  const all = (await readdir(directory)).filter((name) => name.endsWith(SUFFIX)).sort()
  for (const name of all.slice(0, -MAX_ASIDE)) await unlink(join(directory, name))
  return aside
}
