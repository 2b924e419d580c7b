// An entry of the build: see GUEST_PARTS in host/entries.ts.
export { createPreview3 } from '@proplet/wasi/preview3.js'
export { network3Imports } from './network3.js'
