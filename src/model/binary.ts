/** A WebAssembly binary, at hand in memory or as a file that nobody rewrites. */
export type Binary = {
  /** `sha256:` and 64 lower-case hexadecimal digits. */
  readonly digest: string
  /** Bytes. */
  readonly size: number
  readonly content: { readonly bytes: Uint8Array } | { readonly path: string }
}

/** What opens an encrypted layer, as its image has it: nothing of it is secret. */
export type Seal = {
  readonly mediaType: string
  readonly annotations: Readonly<Record<string, string>>
  /** `sha256:…` of the layer once it is decrypted and unpacked; undefined: its image does not say. */
  readonly diffId: string | undefined
}
