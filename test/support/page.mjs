// @ts-check
import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'

const PAGE = new URL('../fixtures/built/components/page.wasm.br', import.meta.url)
const HANDLER = 'wasi:http/incoming-handler@0.2.10'
/** A name as it is written, and the sort of what has it: an instance. */
const EXPORT = Buffer.concat([Buffer.of(0, HANDLER.length), Buffer.from(HANDLER), Buffer.of(5)])

/** The component from JavaScript, an HTTP server, 14 MB. */
export const page = () => brotliDecompressSync(readFileSync(PAGE))

/**
 * The same with its handler under a name that is none of WASI's: a component that serves HTTP does nothing else, and
 * this one has a typed export too.
 */
export const pageWithoutServer = () => {
  const bytes = page()
  const at = bytes.lastIndexOf(EXPORT)
  if (at === -1) throw new Error(`no export ${HANDLER}`)
  bytes.write('unit', at + 2)
  return bytes
}
