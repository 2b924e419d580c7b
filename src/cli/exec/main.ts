import { packageVersion } from '../../host/version.js'
import { exec } from './exec.js'

/** The program `proplet-exec`. `compileCache`: see `Program`. */
export const main = async (host: NodeJS.Process, compileCache: string | undefined): Promise<void> => {
  const argv = host.argv.slice(2)
  if (argv[0] === '--version') host.stdout.write(`proplet-exec ${packageVersion().version}\n`)
  else host.exitCode = await exec(argv, host, compileCache)
}
