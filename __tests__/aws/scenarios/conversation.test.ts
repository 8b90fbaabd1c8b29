/** The scenario of acceptance/conversation.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('conversation', () => import('../../acceptance/conversation.test.ts'))
