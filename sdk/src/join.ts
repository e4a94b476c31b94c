// SPDX-License-Identifier: MIT
// The way into a meeting.
import { signalingAddress } from './address';
import { browserEnvironment, type Environment } from './base/environment';
import { silent } from './base/log';
import * as devices from './devices';
import { asError, DoordarshanError } from './errors';
import { MeetingState } from './meeting';
import type { JoinParams, Notification } from './protocol';
import { Session } from './signaling/session';
import type { JoinOptions, Kind, Meeting, TokenSource } from './types';

const defaultJoinTimeout = 20_000;

/**
 * Joins a meeting.
 *
 * @param url - the server: `https://host`, `wss://host/signaling`, or a path on the page's own host.
 * @param token - the token, or how to get one.
 * @throws DoordarshanError when the server refuses or cannot be reached within `joinTimeout`; DeviceError when a microphone
 * or camera was asked for and cannot be had.
 */
export function join(url: string, token: TokenSource, options: JoinOptions = {}): Promise<Meeting> {
  return joinWith(browserEnvironment(), url, token, options);
}

interface OwnTrack {
  readonly kind: Kind;
  readonly track: MediaStreamTrack;
  /** The SDK asked the browser for it. */
  readonly owned: boolean;
}

/** As {@link join}, in another environment than the browser's. */
export async function joinWith(environment: Environment, url: string, token: TokenSource, options: JoinOptions): Promise<Meeting> {
  const address = signalingAddress(url, typeof location === 'undefined' ? undefined : location.href);
  if (options.signal?.aborted === true) throw new DoordarshanError('aborted', 'joining was given up');
  // The person is asked for the devices while the server is asked to let us in.
  const entering = enter(environment, address, token, options);
  const asking = ownTracks(options);
  const [entered, asked] = await Promise.allSettled([entering, asking]);
  if (entered.status === 'rejected' || asked.status === 'rejected') {
    if (asked.status === 'fulfilled') for (const { track, owned } of asked.value) if (owned) track.stop();
    if (entered.status === 'fulfilled') await entered.value.leave();
    throw asked.status === 'rejected' ? asked.reason : asError((entered as PromiseRejectedResult).reason);
  }
  const meeting = entered.value;
  const muted = new Set(options.muted);
  for (const { kind, track, owned } of asked.value) {
    // A track that cannot be published is no reason not to be in the meeting.
    meeting.publishTrack(kind, track, { muted: muted.has(kind) }, owned).catch((thrown: unknown) => meeting.reportProblem(asError(thrown), kind));
  }
  meeting.announce();
  return meeting;
}

function enter(environment: Environment, url: string, token: TokenSource, options: JoinOptions): Promise<MeetingState> {
  const log = options.logger ?? silent;
  return new Promise<MeetingState>((resolve, reject) => {
    let meeting: MeetingState | null = null;
    let entered = false;
    const session: Session = new Session(
      environment,
      { url, token, join: joinParams(environment, options), joinTimeout: options.joinTimeout ?? defaultJoinTimeout },
      {
        joined(answer, again) {
          if (meeting !== null) return void meeting.enter(answer, again);
          const made = (meeting = new MeetingState(environment, session, answer, options, log));
          made.enter(answer, false).then(
            () => {
              entered = true;
              resolve(made);
            },
            (thrown: unknown) => {
              reject(asError(thrown));
              void session.leave();
            },
          );
        },
        resumed: () => meeting?.resumed(),
        away: () => meeting?.away(),
        notification: (method, params) => meeting?.handle({ method, params } as unknown as Notification),
        waiting: (error) => options.onWaiting?.(error),
        closed(reason, error) {
          options.signal?.removeEventListener('abort', onAbort);
          meeting?.closed(reason, error);
          if (!entered) reject(error ?? new DoordarshanError('aborted', `the meeting was closed while joining: ${reason}`, { reason }));
        },
      },
      log,
    );
    const onAbort = (): void => {
      if (entered) return;
      reject(new DoordarshanError('aborted', 'joining was given up'));
      void session.leave();
    };
    options.signal?.addEventListener('abort', onAbort, { once: true });
    session.start();
  });
}

function joinParams(environment: Environment, options: JoinOptions): Omit<JoinParams, 'token'> {
  const { meetingId, participantId, name, metadata, client } = options;
  return {
    instanceId: instanceId(environment),
    ...(meetingId === undefined ? {} : { meetingId }),
    ...(participantId === undefined ? {} : { participantId }),
    ...(name === undefined ? {} : { name }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(client === undefined ? {} : { client }),
  };
}

/** New for each join of a page; not a secret. */
function instanceId(environment: Environment): string {
  if (typeof crypto !== 'undefined' && typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return Array.from({ length: 20 }, () => Math.floor(environment.random() * 36).toString(36)).join('');
}

async function ownTracks(options: JoinOptions): Promise<OwnTrack[]> {
  const tracks: OwnTrack[] = [];
  const wanted: { audio?: boolean | MediaTrackConstraints; video?: boolean | MediaTrackConstraints } = {};
  for (const kind of ['audio', 'video'] as const) {
    const given = options[kind];
    if (given === undefined || given === false) continue;
    if (isTrack(given)) tracks.push({ kind, track: given, owned: false });
    else wanted[kind] = given;
  }
  if (wanted.audio !== undefined || wanted.video !== undefined) {
    const { audio, video } = await devices.request(wanted);
    if (audio !== null) tracks.push({ kind: 'audio', track: audio, owned: true });
    if (video !== null) tracks.push({ kind: 'video', track: video, owned: true });
  }
  return tracks;
}

function isTrack(given: true | MediaTrackConstraints | MediaStreamTrack): given is MediaStreamTrack {
  return typeof given === 'object' && 'readyState' in given && 'kind' in given;
}
