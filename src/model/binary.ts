/**
 * A WebAssembly binary, in memory or as a file that is never rewritten.
 *
 * @example
 * ```ts
 * const binary: Binary = {
 *   digest: `sha256:${'0'.repeat(64)}`,
 *   size: 8,
 *   content: { bytes: Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0) },
 * }
 * ```
 */
export type Binary = {
  /** `sha256:` and 64 lower-case hexadecimal digits. Of a confidential one it tells nothing of its bytes. */
  readonly digest: string
  /** Bytes. */
  readonly size: number
  readonly content: { readonly bytes: Uint8Array } | { readonly path: string }
  /** Present: it is still encrypted, and this opens it. */
  readonly seal?: Seal
  /** It was encrypted: it must not be written anywhere, nor stay where others run. */
  readonly isConfidential?: true
}

/** What opens an encrypted layer, as its image has it: nothing of it is secret. */
export type Seal = {
  /** How the layer is named in messages. */
  readonly what: string
  readonly annotations: Readonly<Record<string, string>>
  /** `sha256:…` of the layer once it is decrypted and unpacked; undefined: its image does not say. */
  readonly diffId: string | undefined
  /** Where to look if this one holds no binary: the next encrypted layer below. */
  readonly below: Binary | undefined
}
