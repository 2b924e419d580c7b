// An entry of the build: see GUEST_PARTS in host/entries.ts.
export * from '@proplet/wasi/preview3.js'
