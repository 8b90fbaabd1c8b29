/** The attack of attacks/a62-no-room.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('no-room', () => import('../../attacks/a62-no-room.test.ts'))
