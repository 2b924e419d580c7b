/** Maximum length of IDs, names and results, which are untrusted. */
const TEXT_LENGTH = 256

export const cut = (text: string): string => text.slice(0, TEXT_LENGTH)
