// SPDX-License-Identifier: MIT
// One request of the server's API: the token in its header, JSON both ways, errors as values of one type, a bound on the wait.
import { generalToken } from '../tokens';

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly reason?: string,
    readonly field?: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export interface RequestOptions {
  method?: string;
  body?: unknown;
  token?: string | null;
  signal?: AbortSignal;
}

const kLongestMs = 20_000;

export async function request(path: string, { method, body, token = generalToken(), signal }: RequestOptions = {}): Promise<Response> {
  const headers = new Headers();
  if (token) headers.set('Authorization', `Bearer ${token}`);
  if (body !== undefined) headers.set('Content-Type', 'application/json');
  const bounded = new AbortController();
  const timer = setTimeout(() => bounded.abort(), kLongestMs);
  const stop = () => bounded.abort();
  signal?.addEventListener('abort', stop);
  try {
    const response = await fetch(path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: bounded.signal,
      cache: 'no-store',
      credentials: 'omit',
    });
    if (!response.ok) throw await errorOf(response);
    return response;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    if (signal?.aborted) throw new ApiError(0, 'aborted', 'The request was given up.');
    if (bounded.signal.aborted) throw new ApiError(0, 'deadline_exceeded', 'The server did not answer in time.');
    throw new ApiError(0, 'unreachable', 'The server cannot be reached.');
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

export async function getJson<T>(path: string, options?: RequestOptions): Promise<T> {
  const response = await request(path, options);
  const text = await response.text();
  try {
    return (text ? JSON.parse(text) : {}) as T;
  } catch {
    throw new ApiError(response.status, 'internal', 'The server answered something that is no JSON.');
  }
}

async function errorOf(response: Response): Promise<ApiError> {
  try {
    const { error } = (await response.json()) as { error?: { code?: string; message?: string; reason?: string; field?: string } };
    if (error?.code) return new ApiError(response.status, error.code, error.message ?? '', error.reason, error.field);
  } catch {
    // A proxy's page, perhaps; the status is what is known.
  }
  return new ApiError(response.status, response.status === 404 ? 'not_found' : 'internal', `The server answered ${response.status}.`);
}
