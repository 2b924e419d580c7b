// What is compiled into `build`, for the long runs, finds the built proplet beside it, as `src` does.
import { rmSync, symlinkSync } from 'node:fs'

const link = new URL('../build/dist', import.meta.url)
rmSync(link, { force: true })
symlinkSync('../dist', link)
