/** A WebAssembly binary, at hand in memory or as a file that nobody rewrites. */
export type Binary = {
  /** `sha256:` and 64 lower-case hexadecimal digits. */
  readonly digest: string
  /** Bytes. */
  readonly size: number
  readonly content: { readonly bytes: Uint8Array } | { readonly path: string }
}
