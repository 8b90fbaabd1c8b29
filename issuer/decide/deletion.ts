/** A comment was deleted: by its author, who takes back what was said in it, or by somebody else, who cannot. */
import type {DeletionNotice} from '../model/facts.ts'
import type {EndTools} from './end.ts'
import type {PublishTools} from './tools.ts'

export type DeletionTools = EndTools & PublishTools

export async function handleDeletion(deletion: DeletionNotice, tools: DeletionTools): Promise<void> {
  await Promise.resolve([deletion, tools])
}
