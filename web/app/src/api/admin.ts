// SPDX-License-Identifier: MIT
// The administration's part of the API.
import { getJson, request } from './http';
import type { AdminMeeting, IssuedToken, LoadSeries, Quotas, Server, Tenant, TenantKey, TokenRequest, UsageRow } from './types';

const tenantPath = (id: string) => `/api/admin/tenants/${encodeURIComponent(id)}`;

export const getServers = (signal?: AbortSignal) => getJson<{ servers: Server[] }>('/api/admin/servers', { signal });
export const getMeetings = (signal?: AbortSignal) => getJson<{ meetings: AdminMeeting[] }>('/api/admin/meetings', { signal });
export const getLoad = (minutes: number, signal?: AbortSignal) => getJson<{ series: LoadSeries[] }>(`/api/admin/load?minutes=${minutes}`, { signal });
export const getTenants = (signal?: AbortSignal) => getJson<{ tenants: Tenant[] }>('/api/admin/tenants', { signal });
export const getTenant = (id: string, signal?: AbortSignal) => getJson<Tenant>(tenantPath(id), { signal });
export const putTenant = (id: string, body: { name: string; suspended: boolean; quotas?: Quotas }) => getJson<Tenant>(tenantPath(id), { method: 'PUT', body });
export const putQuotas = (id: string, quotas: Quotas) => getJson<unknown>(`${tenantPath(id)}/quotas`, { method: 'PUT', body: { quotas } });
export const getKeys = (id: string, signal?: AbortSignal) => getJson<{ keys: TenantKey[] }>(`${tenantPath(id)}/keys`, { signal });
export const createKey = (id: string, algorithm: string) => getJson<TenantKey>(`${tenantPath(id)}/keys`, { body: { algorithm } });
export const deleteKey = (id: string, key: string) => request(`${tenantPath(id)}/keys/${encodeURIComponent(key)}`, { method: 'DELETE' });
export const getUsage = (id: string, from: string, to: string, signal?: AbortSignal) =>
  getJson<{ usage: UsageRow[] }>(`${tenantPath(id)}/usage?from=${from}&to=${to}`, { signal });
export const getUsageCsv = async (id: string, from: string, to: string) => (await request(`${tenantPath(id)}/usage?from=${from}&to=${to}&format=csv`)).blob();
export const issueToken = (body: TokenRequest, token?: string | null) => getJson<IssuedToken>('/api/admin/tokens', token ? { body, token } : { body });
