import type { DocumentPart } from './merge-documents.js'

const time = { type: 'integer', minimum: 0 } as const

/** The export of the audit log, which an `.api` file cannot describe: its answer is a stream of lines. */
export const auditExportPaths: DocumentPart['document']['paths'] = {
  '/admin/audit/export': {
    get: {
      operationId: 'exportAudit',
      summary: 'rows of the audit log as JSON lines, the oldest first',
      security: [{ ReadAudit: [] }],
      parameters: [
        { name: 'since', in: 'query', required: false, schema: time },
        { name: 'until', in: 'query', required: false, schema: time },
      ],
      responses: {
        '200': {
          description: 'one AuditRow a line',
          content: { 'application/jsonl': { schema: { type: 'string' } } },
        },
        '401': { $ref: '#/components/responses/Unauthorized' },
        default: { $ref: '#/components/responses/Error' },
      },
    },
  },
}
