/** Lost races for the ledger's end are told in the log, where infra/template.yaml counts them (ConflictsAlarm). */
import type {Log} from '../../model/log.ts'
import type {Store} from '../../model/store.ts'

export const lostRace = 'another writer came first: it is decided again'

export const loggingLostRaces = (store: Store, log: Pick<Log, 'info'>): Store => ({
  ...store,
  commit: async (change) => {
    const result = await store.commit(change)
    if (result === 'lost' && change.appends !== undefined) log.info({}, lostRace)
    return result
  },
})
