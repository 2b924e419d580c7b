export type Output = { readonly write: (text: string) => unknown }

const lines =
  (kind: 'error' | 'warning') =>
  (texts: readonly string[]): string =>
    texts.map((text) => `${kind}: ${text}\n`).join('')

export const errorLines = lines('error')
export const warningLines = lines('warning')
