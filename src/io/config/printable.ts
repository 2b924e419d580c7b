/** Names are untrusted too: what a terminal would act upon is replaced, and what is long is cut. */
export const printable = (name: string): string => name.slice(0, 100).replaceAll(/\p{Cc}/gu, '?')
