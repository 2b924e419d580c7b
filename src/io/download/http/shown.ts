const MAX = 300

const cut = (text: string): string => (text.length > MAX ? `${text.slice(0, MAX)}…` : text)

/** A URL without the parts that may be secret: user name, password, query and fragment. */
export const shownUrl = ({ protocol, host, pathname, search }: URL): string =>
  cut(`${protocol}//${host}${pathname}${search === '' ? '' : '?…'}`)

/** A reference without secrets. */
export const shownReference = (reference: string): string => {
  if (!reference.includes('://')) return reference
  return URL.canParse(reference) ? shownUrl(new URL(reference)) : 'a malformed URL'
}
