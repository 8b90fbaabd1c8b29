/** The script of pages that verify nothing. */
import {offerCopies} from './copy.ts'

offerCopies()
