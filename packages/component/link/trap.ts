/** Ends the guest: what it handed over breaks the canonical ABI. */
export function trap(what: string): never {
  throw new WebAssembly.RuntimeError(what)
}
