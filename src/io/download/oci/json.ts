import * as E from 'fp-ts/lib/Either.js'
import { parseBoundedJson } from '../../../net/json/bounded-json.js'

/** Parses JSON; undefined if it is invalid, or larger than any registry's. */
export const parsedJson = (bytes: Uint8Array): unknown =>
  E.getOrElse((): unknown => undefined)(parseBoundedJson(bytes))
