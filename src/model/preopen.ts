/** A directory of the host that guests get, under the path `guestPath`. */
export type Preopen = { readonly hostPath: string; readonly guestPath: string; readonly readonly: boolean }
