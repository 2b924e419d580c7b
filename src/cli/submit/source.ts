import { stat } from 'node:fs/promises'
import { ComponentError } from '@proplet/component/error.js'
import { moduleLayer } from '@proplet/component/wasm/preamble.js'
import { CommandFailure } from '../client/failure.js'
import { EXIT } from '../output/exits.js'
import { readInput, TooLarge } from '../inspect/input.js'

export type Source =
  | { readonly type: 'file'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly type: 'image'; readonly image: string }

/** More lenient than any registry. */
const REFERENCE = /^[\w.-]+(:\d+)?(\/[\w.-]+)*(:[\w.-]+)?(@[a-z0-9]+:[0-9a-f]{32,})?$/i
const LONGEST_REFERENCE = 2048

const quoted = (text: string): string => JSON.stringify(text.slice(0, 200))

const isFile = async (path: string): Promise<boolean> => {
  try {
    return !(await stat(path)).isDirectory()
  } catch {
    return false
  }
}

const looksLikePath = (text: string): boolean => /^[./~]|^\\|\.(wasm|wat|cwasm)$/i.test(text)

const isReference = (text: string): boolean =>
  text.length <= LONGEST_REFERENCE && REFERENCE.test(text) && /[/:@]/.test(text)

const read = async (name: string, stdin: NodeJS.ReadStream): Promise<Uint8Array> => {
  try {
    return await readInput(name, () => stdin)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw new CommandFailure(
      error instanceof TooLarge ? EXIT.data : EXIT.noInput,
      `${quoted(name)} can't be read: ${error.message}`,
    )
  }
}

const fileSource = async (name: string, stdin: NodeJS.ReadStream): Promise<Source> => {
  const bytes = await read(name, stdin)
  try {
    moduleLayer(bytes)
  } catch (error) {
    if (!(error instanceof ComponentError)) throw error
    throw new CommandFailure(EXIT.data, `${quoted(name)}: ${error.message}`)
  }
  return { type: 'file', name, bytes }
}

/** Finds out what `FILE|IMAGE` is: a file if it exists or looks like a path, otherwise a reference. */
export const findSource = async (text: string, stdin: NodeJS.ReadStream): Promise<Source> => {
  if (text === '-' || looksLikePath(text) || (await isFile(text))) return fileSource(text, stdin)
  if (isReference(text)) return { type: 'image', image: text }
  throw new CommandFailure(
    EXIT.noInput,
    `found ${quoted(text)}, which is neither a file nor an image; expected an existing file, or a reference with a registry or a tag, such as registry.example/add:v1`,
  )
}
