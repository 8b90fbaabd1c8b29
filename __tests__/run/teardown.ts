/** After the last test of a run: the emulators end. */
import {closeShared} from './shared.ts'

export default closeShared
