import { afterEach } from 'vitest'

type Hook = (run: () => Promise<void>) => void

/** Registers what must be undone after the current test, or with `afterAll` after the last one; in reverse order. */
export const useCleanup = (after: Hook = afterEach) => {
  const steps: (() => unknown)[] = []
  after(async () => {
    for (const step of steps.splice(0).reverse()) await step()
  })
  return (step: () => unknown) => {
    steps.push(step)
  }
}
