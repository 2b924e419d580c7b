// Collects the licences of the packages whose code is in dist.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const INSTALLED = '/node_modules/'

/** The directory of the package that contains a module; undefined for modules of this project. */
const packageOf = (id) => {
  const path = id.replace(/^\0/, '').split('?')[0]
  if (!path.includes(INSTALLED)) return undefined
  let directory = dirname(path)
  while (!nameIn(directory)) directory = dirname(directory)
  return directory
}

/** Some packages have nested package.json files without a name, which only set the module type. */
const nameIn = (directory) => {
  const file = join(directory, 'package.json')
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name
}

const licenceOf = (directory) => {
  const files = readdirSync(directory).filter((name) => /^(?:licen[cs]e|copying|notice)/i.test(name))
  return files
    .sort()
    .map((name) => readFileSync(join(directory, name), 'utf8').trim())
    .join('\n\n')
}

const noticeOf = (directory) => {
  const { name, version, license, author, repository } = JSON.parse(
    readFileSync(join(directory, 'package.json'), 'utf8'),
  )
  if (typeof license !== 'string') throw new Error(`${name} does not name its licence`)
  const by = typeof author === 'string' ? author : (author?.name ?? '')
  const text = licenceOf(directory) || `${by} (${repository?.url ?? repository})`
  return { key: `${name} ${version}`, notice: `${name} ${version}, ${license}\n\n${text}\n` }
}

/** A plugin of the bundler that collects the packages in bundles, and writes their notices. */
export const createNotices = () => {
  const directories = new Set()
  return {
    plugin: {
      name: 'notices',
      generateBundle(_options, output) {
        for (const part of Object.values(output))
          if (part.type === 'chunk')
            for (const id of part.moduleIds) {
              const directory = packageOf(id)
              if (directory !== undefined) directories.add(directory)
            }
      },
    },
    text: () => {
      const notices = new Map([...directories].map(noticeOf).map(({ key, notice }) => [key, notice]))
      const sorted = [...notices.keys()].sort().map((key) => notices.get(key))
      return `The proplet contains code of these packages.\n\n${sorted.join(`\n${'-'.repeat(80)}\n\n`)}`
    },
  }
}
