// @ts-check
import { writeSection } from '../../dist/dev/sections.js'

const FILE = new URL('../RELIABILITY.md', import.meta.url)
const HEAD = '# Reliability\n\nWritten by the commands that each part names; do not edit.\n'

/** Replaces a part of RELIABILITY.md. @param {string} name @param {string} section */
export const writeReliability = (name, section) => writeSection(FILE, HEAD, name, section)
