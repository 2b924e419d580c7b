/** Ids, names and results are untrusted, and may be long. */
const TEXT_LENGTH = 256

export const cut = (text: string): string => text.slice(0, TEXT_LENGTH)
