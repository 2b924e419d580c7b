import * as E from 'fp-ts/lib/Either.js'
import { atOnce, type Sliced } from '../../model/sliced.js'
import { JsonLimitError, JsonWalker, MAX_DEPTH } from './json-walker.js'

/** Maximum bytes that are parsed at once; key servers wrap resources of up to 2 MiB. */
const MAX_BYTES = 4 * 1024 * 1024
/** Items and members, at any depth. */
const MAX_VALUES = 8192
/** Bytes outside strings: numbers, brackets, white space. */
const MAX_BARE_BYTES = 256 * 1024

function* checkBounds(json: Uint8Array, maxValues: number): Sliced<string | undefined> {
  if (json.length > MAX_BYTES) return `expected at most ${MAX_BYTES} bytes`
  const walker = new JsonWalker(json)
  yield* walker.peek()
  if ((yield* walker.takeValue(MAX_DEPTH)) > maxValues) return `expected at most ${maxValues} values`
  return walker.bare > MAX_BARE_BYTES ? `expected at most ${MAX_BARE_BYTES} bytes outside strings` : undefined
}

/**
 * Parses JSON from the network within a few milliseconds, whatever it contains. Left: why it was refused, with
 * none of its text.
 */
export function* parseBoundedJsonInSlices(
  json: Uint8Array,
  maxValues = MAX_VALUES,
): Sliced<E.Either<string, unknown>> {
  try {
    const problem = yield* checkBounds(json, maxValues)
    yield
    if (problem !== undefined) return E.left(problem)
    return E.right(JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(json)))
  } catch (error) {
    return E.left(error instanceof JsonLimitError ? error.message : 'expected valid JSON in UTF-8')
  }
}

/** The same without slices. */
export const parseBoundedJson = (json: Uint8Array, maxValues = MAX_VALUES): E.Either<string, unknown> =>
  atOnce(parseBoundedJsonInSlices(json, maxValues))
