/** Whether this process has JSPI: Node.js 24 (late releases of it by themselves) and newer. */
export const hasJspi = WebAssembly.Suspending !== undefined

/** What every component of WASI 0.3 ends with where there is none. */
export const NEEDS_JSPI = /^the component needs WASI 0\.3, which runs on Node\.js 24 and newer; this is v\d+/
