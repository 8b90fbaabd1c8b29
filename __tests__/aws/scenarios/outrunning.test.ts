/** The attack of attacks/a61-outrunning-a-no.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('outrunning', () => import('../../attacks/a61-outrunning-a-no.test.ts'))
