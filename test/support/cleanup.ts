import { afterEach } from 'vitest'

/** Registers what has to be undone after the test at hand; undone in reverse order. */
export const useCleanup = () => {
  const steps: (() => unknown)[] = []
  afterEach(async () => {
    for (const step of steps.splice(0).reverse()) await step()
  })
  return (step: () => unknown) => {
    steps.push(step)
  }
}
