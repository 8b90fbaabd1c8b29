/** Where people see what the API speaks of: github.com, a tenant of ghe.com, or an Enterprise Server. */
export function webUrlOf(apiUrl: string): string {
  const {protocol, host, origin, pathname} = new URL(apiUrl)
  return pathname === '/api/v3' ? origin : `${protocol}//${host.replace(/^api\./, '')}`
}
