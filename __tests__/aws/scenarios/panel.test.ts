/** The scenario of acceptance/panel.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('panel', () => import('../../acceptance/panel.test.ts'))
