import { spawnSync } from 'node:child_process'

/** `major`: 20 for v20.19.0. */
export type NodeProgram = { readonly path: string; readonly version: string; readonly major: number }

/** Finds the Node.js to run suites with: `current`, or a major version, which npx fetches. */
export function findNode(wanted: string): NodeProgram {
  if (wanted === 'current') return programOf(process.execPath, process.version)
  const { status, stdout, stderr } = spawnSync(
    'npx',
    ['-y', '-p', `node@${wanted}`, 'node', '-p', 'process.execPath + " " + process.version'],
    { encoding: 'utf8' },
  )
  const [, path, version] = /^(.+) (v\d\S*)\s*$/.exec(stdout) ?? []
  if (status !== 0 || path === undefined || version === undefined)
    throw new Error(`npx brings no node@${wanted}: ${stderr.slice(0, 300)}`)
  return programOf(path, version)
}

const programOf = (path: string, version: string): NodeProgram => ({
  path,
  version,
  major: Number(/^v(\d+)/.exec(version)?.[1]),
})
