/** Names are untrusted, too: replaces control characters, and cuts long texts. */
export const printable = (name: string): string => name.slice(0, 100).replaceAll(/\p{Cc}/gu, '?')
