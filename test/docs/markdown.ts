/** What the tests of the documentation read from a Markdown page. */
export type Page = {
  /** Targets of links and images, as written. */
  readonly links: readonly string[]
  /** Anchors that a link may point to. */
  readonly anchors: ReadonlySet<string>
  /** Paths of this repository that are named in code spans, such as `src/streams/pipeline.ts`. */
  readonly paths: readonly string[]
  /** Names of settings, such as `PROPLET_NETWORK`; one that ends in `_` stands for all with that prefix. */
  readonly settings: readonly string[]
}

const FENCE = /^(`{3,}|~{3,})[^]*?^\1`*$/gm
const COMMENT = /<!--[^]*?-->/g
const SPAN = /(`+)([^`]|[^`][^]*?[^`])\1(?!`)/g

/** The text without code blocks and comments. */
const prose = (markdown: string): string => markdown.replace(FENCE, '').replace(COMMENT, '')

const INLINE = /\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/g
const REFERENCE = /^\[[^\]]+\]:\s+(\S+)/gm
const ATTRIBUTE = /\s(?:src|srcset|href)="([^"\s]+)"/g

const linksOf = (markdown: string): readonly string[] => {
  const text = prose(markdown).replace(SPAN, '')
  return [INLINE, REFERENCE, ATTRIBUTE].flatMap((form) =>
    [...text.matchAll(form)].map(([, target = '']) => target),
  )
}

/** The anchor that GitHub creates for a heading: letters, digits, hyphens and underscores, with spaces as hyphens. */
export const slug = (heading: string): string =>
  heading
    .replace(/!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/[`*]/g, '')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')

const anchorsOf = (markdown: string): ReadonlySet<string> => {
  const text = markdown.replace(FENCE, '')
  const anchors = new Set([...text.matchAll(/\s(?:id|name)="([^"]+)"/g)].map(([, id = '']) => id))
  for (const [, heading = ''] of text.matchAll(/^#{1,6}\s+(.*?)\s*#*$/gm)) {
    const base = slug(heading)
    let anchor = base
    for (let n = 1; anchors.has(anchor); n++) anchor = `${base}-${n}`
    anchors.add(anchor)
  }
  return anchors
}

const PATH = /^(?:src|packages|test|docs|scripts|bench|examples|packaging)(?:\/[\w.@-]+)+\/?$/

const pathsOf = (markdown: string): readonly string[] =>
  [...prose(markdown).matchAll(SPAN)]
    .map(([, , code = '']) => code.trim())
    .filter((code) => PATH.test(code) && !/(?:^|\/)\.\.?(?:\/|$)/.test(code))

const settingsOf = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/\bPROPLET_[A-Z0-9_]+/g)].map(([name]) => name)

export const readPage = (markdown: string): Page => ({
  links: linksOf(markdown),
  anchors: anchorsOf(markdown),
  paths: pathsOf(markdown),
  settings: settingsOf(markdown),
})
