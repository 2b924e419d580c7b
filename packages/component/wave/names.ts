/**
 * The JavaScript name of a field or flag in jco's bindings: the first word in lower case, the others capitalised, acronyms too
 * (`foo-HTTP-bar` is `fooHttpBar`). As in the output of jco 1.35.
 */
export const camelCase = (label: string): string =>
  label
    .split('-')
    .map((word, index) => (index === 0 ? '' : word.slice(0, 1).toUpperCase()) + rest(word, index))
    .join('')

const rest = (word: string, index: number): string => (index === 0 ? word : word.slice(1)).toLowerCase()
