// @ts-check
// A child process with a pipe as fd 3, like guests: only sends back what it reads.
import { readSync, writeSync } from 'node:fs'

const buffer = Buffer.alloc(65536)
for (;;) {
  const count = readSync(3, buffer)
  if (count === 0) break
  writeSync(3, buffer, 0, count)
}
