import { readFile } from 'node:fs/promises'
import type { ImageSource } from '../../dev/registry.js'
import { CommandFailure } from '../client/failure.js'
import { EXIT } from '../output/exits.js'
import { messageOf } from '../../model/message-of.js'

/** Fails when a file can't be read, before anybody asks for it. */
export const checkImages = async (images: ReadonlyMap<string, string>): Promise<void> => {
  for (const path of images.values()) {
    await readFile(path).catch((error: unknown) => {
      const reason = messageOf(error)
      throw new CommandFailure(EXIT.noInput, `--image: ${JSON.stringify(path)} can't be read: ${reason}`)
    })
  }
}

/**
 * What the registry of `proplet dev` serves: files by reference, read anew each time, so that a build is served without
 * a restart; then what the next source has. What nobody has is told, as a registry says nothing by itself.
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
