/** The words of a label are in lower case or in upper case; the first begins with a letter. */
const LABEL = /^(?:[a-z][a-z0-9]*|[A-Z][A-Z0-9]*)(?:-(?:[a-z0-9]+|[A-Z0-9]+))*$/

/** Whether a text is in kebab case, and so can name a member, an import or an export. */
export const isLabel = (text: string): boolean => LABEL.test(text)
