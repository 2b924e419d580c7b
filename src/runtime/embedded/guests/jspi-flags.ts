import { versions } from 'node:process'

/**
 * Flags that enable JSPI, which WASI 0.3 needs: most releases of Node.js 24 have it behind a flag. Newer releases enable it by
 * default and no longer know the flag; in older ones, the same flag enables a different interface.
 */
export const jspiFlags = (): readonly string[] =>
  WebAssembly.Suspending === undefined && versions.node.startsWith('24.') ? ['--experimental-wasm-jspi'] : []
