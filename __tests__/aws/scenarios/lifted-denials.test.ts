/** The attack of attacks/a59-lifted-by-what-came-before.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('lifted-denials', () => import('../../attacks/a59-lifted-by-what-came-before.test.ts'))
