/** The attack of attacks/a58-erased-and-forged-denials.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('erased-denials', () => import('../../attacks/a58-erased-and-forged-denials.test.ts'))
