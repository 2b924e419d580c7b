import * as E from 'fp-ts/lib/Either.js'
import { FILE_MAX_BYTES, type ConfigFiles } from './files.js'
import { printable } from './printable.js'
import { parseToml } from './toml.js'
import { codeOf } from '../../model/code-of.js'

/** The section that is used; none if the file is missing or not needed. */
export type Section = {
  readonly file: string
  readonly name: string
  readonly keys: Readonly<Record<string, unknown>>
}

/** Which file and section to read; `explicit` if a flag or variable names it. */
export type SectionChoice = {
  readonly file: string
  readonly fileExplicit: boolean
  readonly section: string
  readonly sectionExplicit: boolean
  /** A section to use instead if none was named and the default one is missing. */
  readonly fallbackSection?: string
}

export type SectionResult = {
  readonly section: Section | undefined
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
}

const READ_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  EFBIG: `it is larger than ${FILE_MAX_BYTES} bytes`,
}

const without = (problem?: string): SectionResult => ({
  section: undefined,
  problems: problem === undefined ? [] : [problem],
  warnings: [],
})

const missingSection = (choice: SectionChoice, present: readonly string[]): string => {
  const listed =
    present.length === 0 ? 'no sections at all' : present.map((name) => `[${printable(name)}]`).join(', ')
  return (
    `${choice.file} has no section [${choice.section}], only ${listed}; ` +
    'expected the section of this proplet: name it with PROPLET_CONFIG_SECTION or --section'
  )
}

/**
 * Reads the section. `needed` means that a required setting is neither in the environment nor on the command line:
 * otherwise a default file, or its section, may be missing.
 */
export const readSection = (choice: SectionChoice, needed: boolean, files: ConfigFiles): SectionResult => {
  const read = E.tryCatch(
    () => files.read(choice.file),
    (error) => codeOf(error) ?? 'unknown error',
  )
  if (E.isLeft(read)) {
    const problem = `${choice.file} can't be read: ${READ_ERRORS[read.left] ?? read.left}`
    if (choice.fileExplicit) return without(`${problem}; expected a readable configuration file`)
    if (read.left === 'ENOENT') return without()
    return needed ? without(problem) : { ...without(), warnings: [problem] }
  }
  const sections = parseToml(read.right)
  if (E.isLeft(sections)) return without(`${choice.file}, ${sections.left}`)
  const { section, sectionExplicit, fallbackSection = section } = choice
  for (const name of sectionExplicit ? [section] : [section, fallbackSection]) {
    const keys = sections.right.get(name)
    if (keys) return { ...without(), section: { file: choice.file, name, keys } }
  }
  const wanted = needed || choice.fileExplicit || choice.sectionExplicit
  return without(wanted ? missingSection(choice, [...sections.right.keys()]) : undefined)
}
