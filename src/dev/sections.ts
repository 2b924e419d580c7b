import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** The lines of a Markdown table with aligned columns. */
export const table = (
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] => {
  const all = [headings, ...rows]
  const widths = headings.map((_, column) => Math.max(3, ...all.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`
  return [line(headings), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)]
}

/** Replaces a section of a Markdown file and leaves the rest unchanged. */
export const writeSection = (file: URL | string, head: string, name: string, text: string): void => {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : head
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const section = `${start}\n\n${text.trim()}\n\n${end}`
  const from = before.indexOf(start)
  const to = before.indexOf(end)
  const after =
    from === -1 || to === -1
      ? `${before.trimEnd()}\n\n${section}\n`
      : before.slice(0, from) + section + before.slice(to + end.length)
  writeFileSync(file, after)
}
