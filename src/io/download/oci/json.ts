import * as E from 'fp-ts/lib/Either.js'
import { parseBoundedJson } from '../../../net/json/bounded-json.js'

/** The value of a JSON text; undefined: it is none, or holds more than any of a registry does. */
export const parsedJson = (bytes: Uint8Array): unknown =>
  E.getOrElse((): unknown => undefined)(parseBoundedJson(bytes))
