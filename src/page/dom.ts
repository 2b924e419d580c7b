type Props = {
  readonly class?: string
  /** Never interpreted as HTML. */
  readonly text?: string
  readonly attributes?: Readonly<Record<string, string>>
}

const dress = <E extends Element>(element: E, props: Props, children: readonly Node[]): E => {
  if (props.class !== undefined) element.setAttribute('class', props.class)
  for (const [name, value] of Object.entries(props.attributes ?? {})) element.setAttribute(name, value)
  if (props.text !== undefined) element.textContent = props.text
  element.append(...children)
  return element
}

export const html = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: readonly Node[]
): HTMLElementTagNameMap[K] => dress(document.createElement(tag), props, children)

export const svg = <K extends keyof SVGElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: readonly Node[]
): SVGElementTagNameMap[K] =>
  dress(document.createElementNS('http://www.w3.org/2000/svg', tag), props, children)

/** An element of the static page. */
export const byId = <E extends HTMLElement>(id: string, type: new () => E): E => {
  const element = document.getElementById(id)
  if (element instanceof type) return element
  throw new Error(`the page has no ${id}`)
}

/** Sets a text, but leaves the document alone if it is unchanged. */
export const setText = (element: Node, text: string): void => {
  if (element.textContent !== text) element.textContent = text
}
