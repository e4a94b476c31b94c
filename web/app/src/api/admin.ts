// SPDX-License-Identifier: MIT
// The administration's part of the API.
import { getJson, request } from './http';
import type { AdminMeeting, IssuedToken, LoadSeries, MeetingDetails, Quotas, Server, Tenant, TenantKey, TokenRequest, UsageRow } from './types';

const tenantPath = (id: string) => `/api/admin/tenants/${encodeURIComponent(id)}`;
const meetingPath = (tenant: string, id: string) => `/api/admin/meetings/${encodeURIComponent(id)}?tenant=${encodeURIComponent(tenant)}`;

export const getServers = (signal?: AbortSignal) => getJson<{ servers: Server[] }>('/api/admin/servers', { signal });
export const getLoad = (minutes: number, signal?: AbortSignal) => getJson<{ series: LoadSeries[] }>(`/api/admin/load?minutes=${minutes}`, { signal });

export const getMeetings = (cursor: string | null, signal?: AbortSignal) =>
  getJson<{ meetings: AdminMeeting[]; next: string | null }>(`/api/admin/meetings${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ''}`, { signal });
export const getMeeting = (tenant: string, id: string, signal?: AbortSignal) => getJson<MeetingDetails>(meetingPath(tenant, id), { signal });
export const endMeeting = (tenant: string, id: string) => request(meetingPath(tenant, id), { method: 'DELETE' });

export const getTenants = (signal?: AbortSignal) => getJson<{ tenants: Tenant[] }>('/api/admin/tenants', { signal });
export const getTenant = (id: string, signal?: AbortSignal) => getJson<Tenant>(tenantPath(id), { signal });
export const createTenant = (tenant: string, name: string) => getJson<Tenant>('/api/admin/tenants', { body: { tenant, name } });
export const putTenant = (id: string, body: { name?: string; suspended?: boolean }) => getJson<Tenant>(tenantPath(id), { method: 'PUT', body });
export const putQuotas = (id: string, quotas: Quotas) => getJson<unknown>(`${tenantPath(id)}/quotas`, { method: 'PUT', body: { quotas } });

export const getKeys = (id: string, signal?: AbortSignal) => getJson<{ keys: TenantKey[] }>(`${tenantPath(id)}/keys`, { signal });
export const createKey = (id: string, algorithm: string) => getJson<TenantKey>(`${tenantPath(id)}/keys`, { body: { algorithm } });
export const retireKey = (id: string, key: string) => getJson<TenantKey>(`${tenantPath(id)}/keys/${encodeURIComponent(key)}/retire`, { body: {} });
export const deleteKey = (id: string, key: string) => request(`${tenantPath(id)}/keys/${encodeURIComponent(key)}`, { method: 'DELETE' });

// Days as 2026-01-31. Without a tenant: everybody's that the token may see.
const usagePath = (tenant: string | null, from: string, to: string) => `${tenant === null ? '/api/admin' : tenantPath(tenant)}/usage?from=${from}&to=${to}`;
export const getUsage = (tenant: string | null, from: string, to: string, signal?: AbortSignal) => getJson<{ usage: UsageRow[] }>(usagePath(tenant, from, to), { signal });
export const getUsageCsv = async (tenant: string | null, from: string, to: string) => (await request(`${usagePath(tenant, from, to)}&format=csv`)).blob();

export const issueToken = (body: TokenRequest, token?: string | null) => getJson<IssuedToken>('/api/admin/tokens', token ? { body, token } : { body });
