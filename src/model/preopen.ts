/** A host directory that guests see as `guestPath`. */
export type Preopen = { readonly hostPath: string; readonly guestPath: string; readonly readonly: boolean }
