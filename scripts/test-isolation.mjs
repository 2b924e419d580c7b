// Runs the tests of the embedded runtime in the kinds of isolation that `npm test` leaves out. Arguments are passed to vitest.
import { spawnSync } from 'node:child_process'
import process from 'node:process'

const TESTS = ['test/runtime/embedded', 'test/runtime/attacks']

const options = process.argv.slice(2)

for (const isolation of ['thread', 'sandbox']) {
  console.log(`isolation by ${isolation}`)
  const env = { ...process.env, TEST_ISOLATION: isolation }
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', ...TESTS, ...options],
    {
      env,
      stdio: 'inherit',
    },
  )
  if (status !== 0) process.exit(status ?? 1)
}
