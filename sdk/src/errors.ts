// SPDX-License-Identifier: MIT
// Every error the SDK rejects with. An application decides by `code`, or by `reason` where it wants to know more exactly.

/** The server's codes, and `aborted`: the caller's own doing (left, or gave up), `unsupported`: this browser cannot. */
export type ErrorCode =
  | 'invalid_argument'
  | 'not_found'
  | 'conflict'
  | 'unauthorized'
  | 'forbidden'
  | 'payload_too_large'
  | 'too_many_requests'
  | 'unavailable'
  | 'deadline_exceeded'
  | 'internal'
  | 'aborted'
  | 'unsupported';

const codes: ReadonlySet<string> = new Set<ErrorCode>([
  'invalid_argument', 'not_found', 'conflict', 'unauthorized', 'forbidden', 'payload_too_large', 'too_many_requests',
  'unavailable', 'deadline_exceeded', 'internal', 'aborted', 'unsupported',
]);

/** Of `reason`: what the signaling protocol names, and what arises on this side. */
export type ErrorReason =
  | 'token_malformed'
  | 'token_invalid'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'tenant_suspended'
  | 'meeting_full'
  | 'tenant_full'
  | 'cluster_full'
  | 'worker_overloaded'
  | 'meeting_locked'
  | 'removed'
  | 'meeting_ended'
  | 'not_granted'
  | 'quota_publish_bitrate'
  | 'quota_recording'
  | 'quota_storage'
  | 'quota_rate'
  | 'session_gone'
  | 'media_moved'
  | 'connection_lost'
  | 'replaced'
  | 'left';

/** What the server refused, or what could not be done. */
export class DoordarshanError extends Error {
  override readonly name: string = 'DoordarshanError';
  readonly code: ErrorCode;
  /** One of {@link ErrorReason} or a newer one, where known. */
  readonly reason: string | undefined;
  /** The parameter at fault, where one is. */
  readonly field: string | undefined;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, more: { reason?: string | undefined; field?: string | undefined; retryAfter?: number | undefined; cause?: unknown } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.reason = more.reason;
    this.field = more.field;
    this.retryAfter = more.retryAfter;
  }
}

/** Why a microphone, camera or screen could not be had. */
export type DeviceErrorCode = 'denied' | 'notFound' | 'inUse' | 'insecureContext' | 'unsupported' | 'other';

/** A microphone, camera or screen could not be had. */
export class DeviceError extends Error {
  override readonly name: string = 'DeviceError';
  readonly code: DeviceErrorCode;

  constructor(code: DeviceErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The `error` of a JSON-RPC answer as an error of ours. */
export function errorOfAnswer(error: unknown): DoordarshanError {
  if (!isRecord(error)) return new DoordarshanError('internal', 'the server answered with an error that says nothing');
  const data = isRecord(error['data']) ? error['data'] : {};
  const message = text(error['message']) ?? 'the server refused';
  const named = text(data['code']);
  const rpc = error['code'];
  const code =
    named !== undefined && codes.has(named) ? (named as ErrorCode) : rpc === -32601 ? 'unsupported' : rpc === -32602 || rpc === -32600 ? 'invalid_argument' : 'internal';
  const retryAfter = data['retryAfter'];
  return new DoordarshanError(code, message, {
    reason: text(data['reason']),
    field: text(data['field']),
    retryAfter: typeof retryAfter === 'number' && retryAfter >= 0 ? retryAfter : undefined,
  });
}

/** Whatever was thrown, as an error of ours. */
export function asError(thrown: unknown): DoordarshanError {
  if (thrown instanceof DoordarshanError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  // What the browser or mediasoup-client cannot do, it cannot do a moment later either.
  const name = thrown instanceof Error ? thrown.name : '';
  if (name === 'UnsupportedError' || name === 'NotSupportedError') return new DoordarshanError('unsupported', message, { cause: thrown });
  if (name === 'TypeError') return new DoordarshanError('invalid_argument', message, { cause: thrown });
  return new DoordarshanError('internal', message, { cause: thrown });
}

/** Whether the same request may succeed a moment later. */
export function isTransient(error: DoordarshanError): boolean {
  return error.reason === 'media_moved' || ['unavailable', 'deadline_exceeded', 'too_many_requests', 'internal'].includes(error.code);
}
