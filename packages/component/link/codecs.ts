import type { Codec } from './abi/codec.js'

/** The codecs of a type, by what the memory is addressed with; few components have one of 64 bits. */
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
