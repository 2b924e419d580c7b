import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The directory that programs work in, fresh for each run. */
export class Data {
  #made = new Map()

  constructor(path) {
    this.path = path
  }

  /** Puts the files there, and those of the given names that programs before have written. */
  prepare({ files = {}, from = [] }) {
    rmSync(this.path, { recursive: true, force: true })
    mkdirSync(this.path)
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.path, name), text)
    for (const name of from) writeFileSync(join(this.path, name), this.#made.get(name))
  }

  /** What is in it now, as text to compare. */
  written() {
    const found = readdirSync(this.path)
      .sort()
      .map((name) => [name, readFileSync(join(this.path, name))])
    for (const [name, bytes] of found) this.#made.set(name, bytes)
    return found
      .map(([name, bytes]) => `${name} ${createHash('sha256').update(bytes).digest('hex')}`)
      .join('\n')
  }
}
