/** The attack of attacks/a60-carried-out-elsewhere.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('carried-out-elsewhere', () => import('../../attacks/a60-carried-out-elsewhere.test.ts'))
