/** The scenario of acceptance/events.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('events', () => import('../../acceptance/events.test.ts'))
