// SPDX-License-Identifier: MIT
// What to say when something was refused or failed: plain words, what happened first, what to do second. Pure.

export interface Explanation {
  title: string;
  advice: string;
  again: boolean; // whether trying once more can help
}

export interface Refusal {
  code?: string;
  reason?: string;
  message?: string;
  status?: number;
  retryAfter?: number;
}

const kByReason: Record<string, Explanation> = {
  token_expired: { title: 'This link has expired', advice: 'Ask whoever invited you for a new one.', again: false },
  token_not_yet_valid: { title: 'This link is not valid yet', advice: 'Come back at the time of the meeting, and check that your clock is right.', again: true },
  token_malformed: { title: 'This link is not complete', advice: 'Copy the whole link from the invitation and open it again.', again: false },
  token_invalid: { title: 'This link is not valid', advice: 'Ask whoever invited you for a new one.', again: false },
  tenant_suspended: { title: 'This service is suspended', advice: 'Please contact your organisation.', again: false },
  meeting_full: { title: 'The meeting is full', advice: 'You can join as soon as somebody leaves.', again: true },
  tenant_full: { title: 'Your organisation has no room left', advice: 'All the meetings or seats of your plan are in use. Try again a little later.', again: true },
  worker_overloaded: { title: 'The server is very busy: some pictures are missing for now', advice: 'They come by themselves when there is room.', again: true },
  cluster_full: { title: 'All servers are busy', advice: 'Try again in a minute.', again: true },
  meeting_locked: { title: 'The meeting is locked', advice: 'A moderator lets nobody in at the moment. Ask them to unlock it.', again: true },
  removed: { title: 'You were removed from this meeting', advice: 'A moderator has removed you. This link does not let you in again.', again: false },
  meeting_ended: { title: 'The meeting has ended', advice: 'A moderator ended it for everybody.', again: false },
  not_granted: { title: 'Your link does not allow this', advice: 'Ask a moderator for a link that does.', again: false },
  quota_publish_bitrate: { title: 'Your organisation limits how much may be sent', advice: 'Lower the quality of what you send.', again: false },
  quota_recording: { title: 'No recording time is left', advice: 'The recording minutes of your organisation are used up for this month.', again: false },
  quota_storage: { title: 'No storage is left for recordings', advice: 'Delete recordings that nobody needs, or ask for more storage.', again: false },
  quota_rate: { title: 'Too many requests', advice: 'Wait a few seconds.', again: true },
  session_gone: { title: 'You were away for too long', advice: 'Join again.', again: true },
  replaced: { title: 'You joined from somewhere else', advice: 'This meeting is now open in another tab or on another device.', again: true },
  media_unreachable: { title: 'Sound and pictures cannot get through', advice: 'Your network seems to block them. Try another network, or ask its administrator to let WebRTC through.', again: true },
};

const kByCode: Record<string, Explanation> = {
  unauthorized: { title: 'This page needs a valid link', advice: 'Open it with the link you were given.', again: false },
  unauthenticated: { title: 'This page needs a valid link', advice: 'Open it with the link you were given.', again: false },
  forbidden: { title: 'Your link does not allow this', advice: 'Ask for a link that does.', again: false },
  not_found: { title: 'There is nothing here', advice: 'It may have been deleted, or the address is not right.', again: false },
  conflict: { title: 'This is not possible just now', advice: 'Something else is still going on. Try again in a moment.', again: true },
  too_many_requests: { title: 'Too many requests', advice: 'Wait a few seconds.', again: true },
  unavailable: { title: 'The service is not available', advice: 'It should be back soon. Try again in a minute.', again: true },
  deadline_exceeded: { title: 'The server did not answer', advice: 'Check your connection and try again.', again: true },
  unreachable: { title: 'The server cannot be reached', advice: 'Check your connection and try again.', again: true },
  payload_too_large: { title: 'That is too much', advice: 'Make it shorter.', again: false },
  invalid_argument: { title: 'The server does not accept this', advice: 'Check what you entered.', again: false },
};

export function explain(refusal: Refusal): Explanation {
  const known = (refusal.reason && kByReason[refusal.reason]) || (refusal.code && kByCode[refusal.code]);
  if (known && refusal.code === 'invalid_argument' && refusal.message) return { ...known, advice: sentence(refusal.message) };
  if (known) return known;
  return { title: 'Something went wrong', advice: refusal.message || 'Try again in a moment.', again: true };
}

// The server says which field it means.
const sentence = (message: string) => `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`;

// Whatever was thrown, as a refusal. Errors of the API and of the SDK both have `code` and `reason`.
export function refusalOf(error: unknown): Refusal {
  if (typeof error !== 'object' || error === null) return { message: String(error) };
  const { code, reason, message, status, retryAfter } = error as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const number = (value: unknown) => (typeof value === 'number' ? value : undefined);
  return { code: text(code), reason: text(reason), message: text(message), status: number(status), retryAfter: number(retryAfter) };
}

// One line, for a toast.
export function explainShortly(error: unknown): string {
  const refusal = refusalOf(error);
  const said = explain(refusal);
  if (refusal.code === 'invalid_argument' && refusal.message) return `${said.title}: ${refusal.message}`;
  return said.title === 'Something went wrong' && refusal.message ? refusal.message : `${said.title}.`;
}

export type DeviceKind = 'camera' | 'microphone' | 'screen';

export interface DeviceTrouble extends Explanation {
  problem: 'denied' | 'missing' | 'busy' | 'insecure' | 'unsupported' | 'failed';
}

const kDevices: Record<DeviceKind, string> = { camera: 'camera', microphone: 'microphone', screen: 'screen' };

// getUserMedia's errors, by name: they are the same in all browsers, their messages are not.
export function explainDevice(kind: DeviceKind, errorName: string, secure = true): DeviceTrouble {
  const device = kDevices[kind];
  const Device = device[0]!.toUpperCase() + device.slice(1);
  if (!secure || errorName === 'InsecureContext') {
    return {
      problem: 'insecure',
      title: 'This page is not secure',
      advice: `Browsers allow the ${device} only on https pages and on localhost. You can still join to watch and listen.`,
      again: false,
    };
  }
  switch (errorName) {
    case 'NotAllowedError':
    case 'SecurityError':
      return {
        problem: 'denied',
        title: `${Device} access is blocked`,
        advice:
          kind === 'screen' ? 'The screen was not shared.' : `Choose the ${device} icon in the address bar, allow it for this page, and try again. Your system settings may block it, too.`,
        again: true,
      };
    case 'NotFoundError':
    case 'OverconstrainedError':
      return { problem: 'missing', title: `No ${device} was found`, advice: `Connect a ${device} and try again, or join without one.`, again: true };
    case 'NotReadableError':
    case 'AbortError':
      return { problem: 'busy', title: `The ${device} is in use`, advice: `Another program or tab uses your ${device}. Close it and try again.`, again: true };
    case 'NotSupportedError':
    case 'TypeError':
      return { problem: 'unsupported', title: `This browser has no ${device} access`, advice: 'Use a current version of Chrome, Edge, Firefox or Safari.', again: false };
    default:
      return { problem: 'failed', title: `The ${device} does not start`, advice: 'Unplug it and plug it in again, or choose another one.', again: true };
  }
}

// The same trouble with camera and microphone, which is usual: one cause, one notice.
export function explainBoth(trouble: DeviceTrouble): DeviceTrouble {
  const said: Record<DeviceTrouble['problem'], { title: string; advice: string }> = {
    denied: {
      title: 'Camera and microphone are blocked',
      advice: 'Choose the camera icon in the address bar, allow both for this page, and try again. Your system settings may block them, too. You can also join to watch and listen.',
    },
    missing: { title: 'No camera and no microphone were found', advice: 'Connect them and try again, or join to watch and listen.' },
    busy: { title: 'Camera and microphone are in use', advice: 'Another program or tab uses them. Close it and try again.' },
    insecure: { title: 'This page is not secure', advice: 'Browsers allow camera and microphone only on https pages and on localhost. You can still join to watch and listen.' },
    unsupported: { title: 'This browser has no camera and microphone access', advice: 'Use a current version of Chrome, Edge, Firefox or Safari.' },
    failed: { title: 'Camera and microphone do not start', advice: 'Unplug them and plug them in again, or choose others.' },
  };
  return { ...trouble, ...said[trouble.problem] };
}
