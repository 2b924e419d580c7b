export declare const lazyBuiltIns: {
  readonly name: string
  readonly renderChunk: (code: string) => string | null
}
/** Undefined as null if the chunk requires none. */
export declare const withLazyBuiltIns: (code: string) => string | null
