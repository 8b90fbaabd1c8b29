/** The attack of attacks/a70-read-on-and-date.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('read on and date', () => import('../../attacks/a70-read-on-and-date.test.ts'))
