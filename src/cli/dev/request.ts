import type { Words } from '../commands/parse.js'
import { usageProblem } from '../client/options.js'

export type DevRequest = {
  /** Undefined for the customary port, or a free one if that is taken. */
  readonly port: number | undefined
  /** Paths by reference. */
  readonly images: ReadonlyMap<string, string>
  readonly flags: Readonly<Record<string, string>>
}

const portOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port
  throw usageProblem(`--port: found ${JSON.stringify(text.slice(0, 100))}; expected a port from 1 to 65535`)
}

const imageOf = (text: string): readonly [string, string] => {
  const cut = text.indexOf('=')
  const [image, path] = [text.slice(0, cut), text.slice(cut + 1)]
  if (cut < 1 || path === '')
    throw usageProblem(
      `--image: found ${JSON.stringify(text.slice(0, 100))}; expected REF=FILE, such as demo/add:v1=add.wasm`,
    )
  return [image, path]
}

/** Reads the command line of `proplet dev`. Throws a `CommandFailure` that describes the problem. */
export const devRequestOf = ({ value, values, flags }: Words): DevRequest => ({
  port: portOf(value('port')),
  images: new Map(values('image').map(imageOf)),
  flags,
})
