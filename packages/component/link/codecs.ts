import type { Codec } from './abi/codec.js'

/** The codecs of a type, by address type of the memory; few components have a 64-bit memory. */
export class Codecs {
  readonly i32: Codec
  readonly #makeWide: () => Codec
  #wide: Codec | undefined

  constructor(narrow: Codec, makeWide: () => Codec) {
    this.i32 = narrow
    this.#makeWide = makeWide
  }

  get i64(): Codec {
    return (this.#wide ??= this.#makeWide())
  }
}
