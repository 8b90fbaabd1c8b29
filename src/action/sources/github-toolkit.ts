/** What the gate takes of @actions/github. Imported with import() alone: it costs more than the rest of a run. */
export {getOctokit} from '@actions/github'
export {defaults} from '@actions/github/lib/utils'
