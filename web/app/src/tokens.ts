// SPDX-License-Identifier: MIT
// The tokens this tab was given. They arrive in the address's fragment (which no server sees), move to sessionStorage at once, and are
// sent in the Authorization header only. What a token says is read here for the page's own use; only the server judges it.
import { signal } from '@preact/signals';

export interface TokenClaims {
  tenant?: string;
  meeting?: string;
  participant?: string;
  name?: string;
  expires?: number;
  publish: string[];
  record: boolean;
  moderate: boolean;
  admin: boolean;
}

const kPrefix = 'dd.token.';
const kGeneral = `${kPrefix}general`;
const kOperatorTenant = '_operator';

// Grows when a token was stored, so that pages which show what a token allows look again.
export const tokensChanged = signal(0);

export function readClaims(token: string): TokenClaims | null {
  const payload = token.split('.')[1];
  if (!payload) return null;
  try {
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0));
    const json = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    const grants = (typeof json.grants === 'object' && json.grants !== null ? json.grants : json) as Record<string, unknown>;
    const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
    return {
      tenant: text(json.tenant),
      meeting: text(json.meeting),
      participant: text(json.participant),
      name: text(json.name),
      expires: typeof json.exp === 'number' ? json.exp * 1000 : undefined,
      publish: Array.isArray(grants.publish) ? grants.publish.filter((kind): kind is string => typeof kind === 'string') : [],
      record: grants.record === true,
      moderate: grants.moderate === true,
      admin: grants.admin === true,
    };
  } catch {
    return null;
  }
}

export function tokenOfFragment(fragment: string): string | null {
  const found = new URLSearchParams(fragment.replace(/^#/, '')).get('token');
  return found && found.length <= 8192 ? found : null;
}

// True when there was one.
export function takeTokenFromAddress(): boolean {
  const token = tokenOfFragment(location.hash);
  if (!token) return false;
  const meeting = /^\/m\/([^/]+)/.exec(location.pathname)?.[1];
  keepToken(token, meeting ? decodeSafely(meeting) : undefined);
  history.replaceState(null, '', location.pathname + location.search);
  return true;
}

export function keepToken(token: string, meeting?: string) {
  const claims = readClaims(token);
  if (meeting) write(kPrefix + 'm.' + meeting, token);
  if (!meeting || claims?.admin || (claims?.record && !read(kGeneral))) write(kGeneral, token);
  tokensChanged.value += 1;
}

export function tokenForMeeting(meeting: string): string | null {
  const own = read(kPrefix + 'm.' + meeting);
  if (own) return own;
  const general = read(kGeneral);
  const claims = general ? readClaims(general) : null;
  return claims && (!claims.meeting || claims.meeting === meeting) ? general : null;
}

// The token for recordings and administration.
export function generalToken(): string | null {
  return read(kGeneral);
}

export interface Access {
  recordings: boolean;
  admin: boolean; // of the tenant
  operator: boolean; // of the servers and all tenants
  tenant: string | null;
}

// What the general token promises. What is no token is an API key: the operator's.
export function generalAccess(): Access | null {
  const token = generalToken();
  return token ? accessOf(token) : null;
}

export function accessOf(token: string): Access {
  const claims = readClaims(token);
  if (!claims) return { recordings: true, admin: true, operator: true, tenant: null };
  const admin = claims.admin && claims.meeting === undefined;
  return { recordings: claims.record || claims.admin, admin, operator: admin && claims.tenant === kOperatorTenant, tenant: claims.tenant ?? null };
}

export function dropGeneralToken() {
  memory.delete(kGeneral);
  try {
    sessionStorage.removeItem(kGeneral);
  } catch {
    // Nothing was stored then.
  }
  tokensChanged.value += 1;
}

// Also kept here: a browser that refuses storage still works until the page is loaded again.
const memory = new Map<string, string>();

function write(key: string, value: string) {
  memory.set(key, value);
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // See `memory`.
  }
}

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
