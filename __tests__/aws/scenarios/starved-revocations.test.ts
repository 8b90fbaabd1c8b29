/** The attack of attacks/a63-starved-revocations.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('starved revocations', () => import('../../attacks/a63-starved-revocations.test.ts'))
