// Writes tables into docs/conformance.md.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { inRoot } from './bundle.mjs'

const PAGE = inRoot('docs/conformance.md')

/** Replaces the section between the comments of this name by the texts, and a table below them. */
export function writeTable(name, texts, head, rows) {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [before, rest] = readFileSync(PAGE, 'utf8').split(open)
  const after = rest?.split(close)[1]
  if (after === undefined) throw new Error(`${PAGE} has no ${open} … ${close}`)
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  writeFileSync(PAGE, `${before}${open}\n\n${[...texts, '', ...table].join('\n')}\n\n${close}${after}`)
  spawnSync(inRoot('node_modules/.bin/prettier'), ['--write', PAGE], { stdio: 'inherit' })
}
