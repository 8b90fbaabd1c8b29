/** The toolkit's client for the issuer. Imported with import() alone: a run without issuer-url needs none of it. */
export {HttpClient} from '@actions/http-client'
