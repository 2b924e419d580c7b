// An entry of the build: see GUEST_PARTS in host/entries.ts.
export * from '@proplet/component/link/prepare.js'
