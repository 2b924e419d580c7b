import { versions } from 'node:process'

/**
 * What gives guests JSPI, which WASI 0.3 needs: most releases of Node.js 24 have it behind a flag. Newer ones have it by
 * themselves and do not know the flag any more; what older ones have under that flag is another interface.
 */
export const jspiFlags = (): readonly string[] =>
  WebAssembly.Suspending === undefined && versions.node.startsWith('24.') ? ['--experimental-wasm-jspi'] : []
