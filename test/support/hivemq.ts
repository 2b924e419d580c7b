import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProgram, type OtherBroker } from './brokers.js'
import { ROOT } from './fixtures.js'
import { freePort } from './free-port.js'

const MAIN = join(ROOT, 'test/support/hivemq/Main.java')
/** Where `scripts/test-peers.mjs` puts the libraries fetched by Maven. */
const CACHE = join(ROOT, 'node_modules/.cache/hivemq')
const LIBRARIES = join(CACHE, 'lib')
const START_MS = 120_000

/** Whether all libraries were fetched, and there is a JDK to run them. */
export const hasHiveMq = (): boolean =>
  existsSync(join(CACHE, 'pom.xml')) &&
  (process.env['PATH'] ?? '').split(':').some((directory) => existsSync(join(directory, 'javac')))

const configOf = (port: number): string => `<hivemq>
  <listeners>
    <tcp-listener>
      <port>${port}</port>
      <bind-address>127.0.0.1</bind-address>
    </tcp-listener>
  </listeners>
  <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
</hivemq>
`

/** HiveMQ CE with its default configuration, embedded in a Java program. */
export const startHiveMq = async (): Promise<OtherBroker> => {
  const directory = await mkdtemp(join(tmpdir(), 'proplet-hivemq-'))
  const folders = ['conf', 'data', 'extensions'].map((name) => join(directory, name))
  for (const folder of folders) await mkdir(folder)
  const port = await freePort()
  await writeFile(join(directory, 'conf/config.xml'), configOf(port))
  return startProgram({
    program: 'java',
    args: [
      '-Xmx256m',
      `-Djava.io.tmpdir=${directory}`,
      `-Dhivemq.log.folder=${directory}`,
      '-cp',
      `${LIBRARIES}/*`,
      MAIN,
      ...folders,
    ],
    directory,
    port,
    listenMs: START_MS,
  })
}
