/** Whether this process has JSPI: Node.js 24 (some releases need a flag) and newer. */
export const hasJspi = WebAssembly.Suspending !== undefined

/** The error of every WASI 0.3 component without JSPI. */
export const NEEDS_JSPI = /^the component needs WASI 0\.3, which runs on Node\.js 24 and newer; this is v\d+/
