import { exec, type ExecParts } from './exec.js'

/** The program `proplet-exec`. */
export const main = async (host: NodeJS.Process, parts: ExecParts): Promise<void> => {
  const argv = host.argv.slice(2)
  if (argv[0] !== '--version') return host.exit(await exec(argv, host, parts))
  const { packageVersion } = await import('../../host/version.js')
  host.stdout.write(`proplet-exec ${packageVersion().version}\n`)
}
