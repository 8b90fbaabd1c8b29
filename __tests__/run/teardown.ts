/** After the last test of a run: the emulators end. */
import {closeDesk} from './desk.ts'

export default closeDesk
