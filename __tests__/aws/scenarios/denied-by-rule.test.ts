/** The scenario of acceptance/denied-by-rule.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('denied-by-rule', () => import('../../acceptance/denied-by-rule.test.ts'))
