import { readdir, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'

const SUFFIX = '.damaged'
/** Older ones give way, so that a disk which damages files again and again does not fill up with them. */
const MAX_ASIDE = 4

/** Keeps a file that can't be read, for whoever wants to look at it: its new name. */
export const putAside = async (directory: string, file: string): Promise<string> => {
  const aside = `${file}${SUFFIX}`
  await rename(join(directory, file), join(directory, aside))
  const all = (await readdir(directory)).filter((name) => name.endsWith(SUFFIX)).sort()
  for (const name of all.slice(0, -MAX_ASIDE)) await unlink(join(directory, name))
  return aside
}
