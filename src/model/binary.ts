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
  /** `sha256:` and 64 lower-case hexadecimal digits. For a confidential binary it reveals nothing about its bytes. */
  readonly digest: string
  /** Bytes. */
  readonly size: number
  readonly content: { readonly bytes: Uint8Array } | { readonly path: string }
  /** Set while the binary is still encrypted: how to decrypt it. */
  readonly seal?: Seal
  /** Decrypted from an encrypted image: never write it to disk, nor keep it where other tasks run. */
  readonly isConfidential?: true
}

/** How to decrypt a layer, as its image says. Contains no secret. */
export type Seal = {
  /** The layer's name in messages. */
  readonly what: string
  readonly annotations: Readonly<Record<string, string>>
  /** `sha256:…` of the decrypted, unpacked layer; undefined if the image does not say. */
  readonly diffId: string | undefined
  /** The next encrypted layer below, to try if this one contains no binary. */
  readonly below: Binary | undefined
}
