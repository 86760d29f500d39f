/** What the address of the audit log may hold besides the page. */
export const auditFilterNames = ['actor', 'subject', 'verb', 'id', 'request_id', 'from', 'to'] as const
