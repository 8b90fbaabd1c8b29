/** A webhook that calls its repository private hides what was public of it, before anything else is done about it. */
import type {Taken} from '../model/inbox.ts'
import type {Visibility} from '../model/visibility.ts'

export async function hideAnnounced(
  {notice: {hides: id}, receivedAt: at}: Taken,
  {visibility}: {readonly visibility: Visibility},
): Promise<void> {
  if (id !== undefined) await visibility.hide({id, at})
}
