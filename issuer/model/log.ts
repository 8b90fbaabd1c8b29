/** What happened, as fields, and one sentence. An Error among the fields is described, never dumped. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
