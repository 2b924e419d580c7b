import { availableParallelism } from 'node:os'
import * as E from 'fp-ts/lib/Either.js'
import { quote } from '@proplet/component/units.js'
import type { RunRequest } from '../../../model/runtime.js'
import type { HalGrant } from '../calls.js'
import { Workloads } from '../communication/workloads.js'
import { Ledger } from '../resources/ledger.js'
import { directoryBelow, directoryOfTask } from '../storage/paths.js'
import { TaskStorage } from '../storage/task-storage.js'
import type { HalOptions } from './options.js'
import { HalTask } from './task.js'

const MIB = 2 ** 20

type Shared = { readonly storage: TaskStorage; users: number }

/** What guests of the HAL learn about this machine. */
export const grantOf = ({ attestation, legacyDecrypt, securesStorage = false }: HalOptions): HalGrant => ({
  platform: attestation?.platform ?? { type: 'None', version: '0.0.0' },
  attests: attestation !== undefined,
  securesStorage,
  legacyDecrypt,
})

/** The HAL of one proplet, on the daemon's side. */
export class HalHost {
  readonly #options: HalOptions
  readonly #memoryMaxBytes: number
  readonly #workloads = new Workloads()
  /** By directory: concurrent runs of a task share their storage. */
  readonly #storages = new Map<string, Shared>()

  constructor(options: HalOptions, memoryMaxBytes: number) {
    this.#options = options
    this.#memoryMaxBytes = memoryMaxBytes
  }

  /** Left: why the task cannot run. */
  begin({ id, halStoragePath }: Pick<RunRequest, 'id' | 'halStoragePath'>): E.Either<string, HalTask> {
    const { storage: options, attestation } = this.#options
    const directory = options && this.#directoryFor(options.directory, id, halStoragePath)
    if (halStoragePath !== undefined && directory === undefined)
      return E.left(
        options === undefined
          ? 'hal_storage_path is given, but this proplet has no PROPLET_HAL_STORAGE_DIR'
          : `hal_storage_path ${quote(halStoragePath, 120)} must lie below PROPLET_HAL_STORAGE_DIR, outside the directories of tasks there`,
      )
    const shared = options && directory !== undefined ? this.#share(directory, options) : undefined
    return E.right(
      new HalTask({
        id,
        attest: attestation?.attest,
        storage: shared?.storage,
        workloads: this.#workloads,
        ledger: new Ledger(id, {
          memory: BigInt(Math.floor(this.#memoryMaxBytes / MIB)),
          cpu: BigInt(availableParallelism()),
          storage: BigInt(Math.floor((options?.maxBytes ?? 0) / MIB)),
          network: 0n,
        }),
        closed: () => {
          if (shared === undefined || directory === undefined) return
          shared.users -= 1
          if (shared.users === 0) this.#storages.delete(directory)
        },
      }),
    )
  }

  #directoryFor(root: string, id: string, given: string | undefined): string | undefined {
    return given === undefined || given === '' ? directoryOfTask(root, id) : directoryBelow(root, given)
  }

  #share(directory: string, options: NonNullable<HalOptions['storage']>): Shared {
    const shared = this.#storages.get(directory) ?? { storage: new TaskStorage(options, directory), users: 0 }
    shared.users += 1
    this.#storages.set(directory, shared)
    return shared
  }
}
