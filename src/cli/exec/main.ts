import { packageVersion } from '../../host/version.js'
import { exec, type ExecParts } from './exec.js'

/** The program `proplet-exec`. */
export const main = async (host: NodeJS.Process, parts: ExecParts): Promise<void> => {
  const argv = host.argv.slice(2)
  if (argv[0] === '--version') host.stdout.write(`proplet-exec ${packageVersion().version}\n`)
  else host.exit(await exec(argv, host, parts))
}
