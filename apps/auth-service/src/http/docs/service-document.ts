import type { OpenApiDocument } from 'jotgate/api-spec'
import { openApi as accountsApi } from '../../api/accounts/generated/openapi.js'
import { openApi as adminApi } from '../../api/admin/generated/openapi.js'
import { openApi as auditApi } from '../../api/audit/generated/openapi.js'
import { openApi as clientsApi } from '../../api/clients/generated/openapi.js'
import type { Configuration } from '../../configuration/configuration.js'
import { metadataPath } from '../../oauth/metadata.js'
import { openApi as userApi } from '../../api/user/generated/openapi.js'
import { auditExportPaths } from './audit-export-paths.js'
import { mergeDocuments } from './merge-documents.js'
import { oauthDocument } from './oauth-document.js'
import { operationsDocument } from './operations-document.js'

/** The whole service as one OpenAPI 3.1 document: the parts generated from `.api` files, and the others. */
export function serviceDocument({
  issuer,
  demo,
}: Pick<Configuration, 'issuer' | 'demo'>): OpenApiDocument {
  const info = {
    title: 'Jotgate',
    description: `${demo ? 'This is a demo, for this machine only. ' : ''}Login, sessions, tokens for other services, and their administration.`,
    version: '1.0.0',
    license: { name: 'MIT', identifier: 'MIT' },
  }
  return mergeDocuments({ info, server: issuer.replace(/\/$/, '') }, [
    { tag: 'user', about: 'Login, refresh, logout, and what a user may do.', document: userApi },
    {
      ...{ tag: 'oauth', about: 'Tokens for other services.' },
      document: oauthDocument(metadataPath(issuer)),
    },
    {
      ...{ tag: 'accounts', about: 'Users and their locks, for administrators.' },
      ...{ document: accountsApi, prefix: 'Admin' },
    },
    {
      ...{ tag: 'admin', about: 'Sessions, revocations, keys and traffic, for administrators.' },
      ...{ document: adminApi, prefix: 'Admin' },
    },
    { tag: 'clients', about: 'OAuth clients, for administrators.', document: clientsApi },
    {
      ...{ tag: 'audit', about: 'The audit log, for administrators and auditors.' },
      document: { ...auditApi, paths: { ...auditApi.paths, ...auditExportPaths } },
    },
    { tag: 'operations', about: 'Health, keys, documents.', document: operationsDocument },
  ])
}
