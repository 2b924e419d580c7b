import { readFile } from 'node:fs/promises'
import type { ImageSource } from '../../dev/registry.js'
import { CommandFailure } from '../client/failure.js'
import { EXIT } from '../output/exits.js'
import { messageOf } from '../../model/message-of.js'

/** Fails early if a file cannot be read. */
export const checkImages = async (images: ReadonlyMap<string, string>): Promise<void> => {
  for (const path of images.values()) {
    await readFile(path).catch((error: unknown) => {
      const reason = messageOf(error)
      throw new CommandFailure(EXIT.noInput, `--image: ${JSON.stringify(path)} can't be read: ${reason}`)
    })
  }
}

/**
 * The images of the registry of `proplet dev`: files by reference, read at each request so that a rebuilt file is
 * served without a restart, then those of the next source. A missing image is logged, because a registry does not
 * answer for it.
 */
export const devImages =
  (
    files: ReadonlyMap<string, string>,
    onMissing: (image: string, why: string) => void,
    next: ImageSource = () => Promise.resolve(undefined),
  ): ImageSource =>
  async (...asked) => {
    const [image] = asked
    const path = files.get(image)
    try {
      const bytes = path === undefined ? await next(...asked) : await readFile(path)
      if (bytes === undefined) onMissing(image, 'expected an image given by --image')
      return bytes
    } catch (error) {
      onMissing(image, messageOf(error))
      return undefined
    }
  }
