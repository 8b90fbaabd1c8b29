/** Who looks: established before anything is looked up, so that an answer never tells what a stranger may not know. */
import type {Viewer} from '../model/viewer.ts'

/** The caller that a request shows (a link's token, a bearer's), as what that caller may read. */
export type ReadCaller = (request: Request) => Promise<Viewer>
