import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { concat, filter, map, of, switchMap, takeWhile, tap, type Observable } from 'rxjs'
import { startBroker, type Broker } from '../../dev/broker.js'
import { pullImages } from '../../dev/pull.js'
import { startRegistry } from '../../dev/registry.js'
import { devFile } from '../../io/config/dev-file.js'
import { createLogger, type Logger } from '../../io/log/log.js'
import { resource } from '../../io/resource.js'
import { stopSignal } from '../../app/signals.js'
import { createProplet } from '../../app/proplet.js'
import { ofType } from '../../streams/operators/of-type.js'
import { carryOut, type Plan } from '../client/command.js'
import { CommandFailure } from '../client/failure.js'
import { exit, result, type Shown } from '../client/shown.js'
import type { Words } from '../commands/parse.js'
import { EXIT } from '../output/exits.js'
import { checkImages, devImages } from './images.js'
import { noticeText, postNotice, removeNotice } from './notice.js'
import { devRequestOf, type DevRequest } from './request.js'
import { devConfig } from './settings.js'
import { devPrefix, keyHoldersOnly, newDevSite, type DevSite } from './site.js'
import { welcome } from './welcome.js'
import { codeOf } from '../../model/code-of.js'

/** The customary port of brokers. */
const USUAL_PORT = 1883

const isTaken = (error: unknown): boolean => ['EADDRINUSE', 'EACCES'].includes(codeOf(error) ?? '')

const openBroker = async (site: DevSite, port: number | undefined): Promise<Broker> => {
  const options = { aedes: keyHoldersOnly(site) }
  try {
    return await startBroker({ ...options, port: port ?? USUAL_PORT })
  } catch (error) {
    if (!isTaken(error)) throw error
    if (port === undefined) return startBroker(options)
    throw new CommandFailure(EXIT.unavailable, `--port: port ${port} is taken; expected a free one`)
  }
}

type Dev = {
  readonly request: DevRequest
  readonly site: DevSite
  readonly log: Logger
  readonly host: NodeJS.Process
}

const openRegistry = ({ request, site, log, host }: Dev, port: number) =>
  resource(
    () =>
      pullImages({ env: host.env, log }).then((pulled) =>
        startRegistry({
          port,
          prefix: devPrefix(site),
          username: site.clientId,
          password: site.key,
          images: devImages(
            request.images,
            (image, why) => log.warn({ image, why }, 'The registry does not have the requested image'),
            pulled,
          ),
        }),
      ),
    (registry) => registry.close(),
  )

const openNotice = (site: DevSite, port: number, path: string | undefined): Observable<unknown> =>
  path === undefined
    ? of(undefined)
    : resource(() => postNotice({ path, text: noticeText(site, port) }), removeNotice)

const openCache = resource(
  () => mkdtemp(join(tmpdir(), 'proplet-dev-')),
  (directory) => rm(directory, { recursive: true, force: true }),
)

/** Runs a proplet, and shows `text` at its first heartbeat; ends after a clean stop. */
const runProplet = ({ request, site, log, host }: Dev, port: number, cache: string, text: string) => {
  const { config, warnings } = devConfig(request.flags, host.env, { site, port, cache })
  for (const warning of warnings) log.warn(warning)
  const stop$ = stopSignal(host).pipe(tap((signal) => log.info(`${signal}: ending`)))
  const welcome$ = createProplet({ config, log, stop$ }).pipe(
    ofType('publish'),
    filter(({ publication }) => publication.subtopic === 'control/proplet/alive'),
    filter((_, index) => index === 0),
    map(() => result(text)),
  )
  return concat(welcome$, of(exit(EXIT.done)))
}

const run = (dev: Dev): Observable<Shown> => {
  const { request, site, host } = dev
  const settingsFile = devFile(host.env)
  return resource(
    () => openBroker(site, request.port),
    (broker) => broker.close(),
  ).pipe(
    switchMap(({ port }) =>
      openCache.pipe(
        switchMap((cache) =>
          openRegistry(dev, port).pipe(
            switchMap(() => openNotice(site, port, settingsFile)),
            switchMap(() =>
              runProplet(dev, port, cache, welcome({ site, port, images: request.images, settingsFile })),
            ),
          ),
        ),
      ),
    ),
    takeWhile(({ type }) => type !== 'exit', true),
  )
}

const plan = async (words: Words, host: NodeJS.Process): Promise<Plan> => {
  const request = devRequestOf(words)
  await checkImages(request.images)
  const site = newDevSite()
  const { config } = devConfig(request.flags, host.env, { site, port: USUAL_PORT, cache: 'none' })
  const { log } = await createLogger({
    level: config.logLevel,
    destination: host.stderr,
    pretty: host.stderr.isTTY,
  })
  return { warnings: [], endsItself: true, shown$: run({ request, site, log, host }) }
}

/** `proplet dev`: a broker, a registry and a proplet in this process, until a signal; returns the exit code. */
export const dev = (words: Words, host: NodeJS.Process): Promise<number> =>
  carryOut(() => plan(words, host), host)
