// SPDX-License-Identifier: MIT
// The recordings' part of the API.
import { getJson, request } from './http';
import type { ComposeRequest, Manifest, RecordingDetails, RecordingPage, Ticket } from './types';

const base = (id: string) => `/api/recordings/${encodeURIComponent(id)}`;
const encodePath = (file: string) => file.split('/').map(encodeURIComponent).join('/');

export const listRecordings = (cursor: string | null, signal?: AbortSignal) =>
  getJson<RecordingPage>(`/api/recordings${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ''}`, { signal });

export const getRecording = (id: string, signal?: AbortSignal) => getJson<RecordingDetails>(base(id), { signal });
export const getManifest = (id: string, signal?: AbortSignal) => getJson<Manifest>(`${base(id)}/manifest`, { signal });
export const deleteRecording = (id: string) => request(base(id), { method: 'DELETE' });
export const composeRecording = (id: string, body: ComposeRequest) => getJson<{ jobId: string }>(`${base(id)}/compose`, { body });
export const getTicket = (id: string) => getJson<Ticket>(`${base(id)}/ticket`, { body: {} });

export async function getTimeline(id: string, signal?: AbortSignal): Promise<string> {
  return (await request(`${base(id)}/files/timeline.jsonl`, { signal })).text();
}

// Media elements and downloads cannot send a header, so the address carries a ticket for this recording that lasts an hour.
export const fileAddress = (id: string, file: string, ticket: string) => `${base(id)}/files/${encodePath(file)}?access=${encodeURIComponent(ticket)}`;
