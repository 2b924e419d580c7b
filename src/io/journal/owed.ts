import { encodeRecord, type JournalRecord, type JournalStep } from './record.js'

/** A record that has to be written. */
export type Owed = { readonly record: JournalRecord; readonly content: Uint8Array | undefined }

const STEPS: ReadonlySet<string> = new Set<JournalStep['type']>(['sent', 'released', 'settled', 'forgotten'])

const isStep = (record: JournalRecord): record is JournalStep => STEPS.has(record.type)

/** Joins consecutive steps into one record, because a record costs more than the content of a step. */
export const joinSteps = (owed: readonly Owed[]): readonly Owed[] => {
  const joined: Owed[] = []
  let steps: JournalStep[] = []
  const end = () => {
    const [first] = steps
    if (first !== undefined)
      joined.push({ record: steps.length === 1 ? first : { type: 'steps', steps }, content: undefined })
    steps = []
  }
  for (const each of owed) {
    if (isStep(each.record)) steps.push(each.record)
    else {
      end()
      joined.push(each)
    }
  }
  end()
  return joined
}

export const encodeOwed = ({ record, content }: Owed): Uint8Array[] => encodeRecord(record, content)
