// SPDX-License-Identifier: MIT
// What this client sends. It compares the tracks that are to be published with the producers there are, on whichever line is
// up, and makes them agree; so a recovery needs no code of its own here.
import type { types } from 'mediasoup-client';

import type { Environment } from '../base/environment';
import { redact } from '../base/log';
import { Runner } from '../base/runner';
import { asError, DoordarshanError, isTransient } from '../errors';
import type { Session } from '../signaling/session';
import type { JoinOptions, Kind, Limits, LocalTrack, Logger, MeetingEvents, PublishOptions } from '../types';
import { applySending, findCodec, layersWanted, planSending, startsLow } from './encodings';
import type { Line, ProducerTag } from './line';

export interface PublisherEvents {
  emit<E extends keyof MeetingEvents>(event: E, news: MeetingEvents[E]): void;
  /** The server no longer carries what this line belongs to. */
  mediaMoved(): void;
  settled(): void;
}

interface Waiter {
  resolve(track: LocalTrack): void;
  reject(error: DoordarshanError): void;
}

/** So long a new producer sends its lower layers alone: the browser knows the connection by then. */
const rampUp = 2000;

class Publication implements LocalTrack {
  readonly kind: Kind;
  mediaStreamTrack: MediaStreamTrack;
  muted: boolean;
  wanted = true;
  maxSpatialLayer: number | undefined;
  fresh = false;
  readonly layers: number | undefined;
  /** The SDK asked for the track itself, and stops it. */
  owned: boolean;
  producer: types.Producer<ProducerTag> | null = null;
  line: Line | null = null;
  serverPaused = false;
  waiters: Waiter[] = [];
  unlisten: () => void = () => undefined;
  cancelRampUp: () => void = () => undefined;

  constructor(kind: Kind, track: MediaStreamTrack, options: PublishOptions, owned: boolean) {
    this.kind = kind;
    this.mediaStreamTrack = track;
    this.muted = options.muted ?? false;
    this.layers = options.layers;
    this.owned = owned;
  }

  get live(): boolean {
    return this.producer !== null && !this.producer.closed;
  }
}

export class Publisher {
  readonly tracks = new Map<Kind, Publication>();
  readonly #environment: Environment;
  readonly #session: Session;
  readonly #events: PublisherEvents;
  readonly #options: JoinOptions;
  readonly #log: Logger;
  readonly #runner: Runner;
  #limits: Limits;
  #line: Line | null = null;
  /** Producers whose track is unpublished, on the line they belong to. */
  #toClose: { line: Line; producer: types.Producer<ProducerTag> }[] = [];

  constructor(environment: Environment, session: Session, limits: Limits, options: JoinOptions, log: Logger, events: PublisherEvents) {
    this.#environment = environment;
    this.#session = session;
    this.#limits = limits;
    this.#options = options;
    this.#log = log;
    this.#events = events;
    this.#runner = new Runner(environment, () => this.#work(), () => events.settled());
  }

  get settled(): boolean {
    return this.#runner.idle && [...this.tracks.values()].every((publication) => publication.live && publication.line === this.#line);
  }

  /** The next line, or none while media is being opened anew. */
  setLine(line: Line | null, limits?: Limits): void {
    this.#line = line;
    if (limits !== undefined) this.#limits = limits;
    this.#toClose = [];
    if (line !== null) this.#runner.wake();
  }

  /** Requests can be made again. */
  wake(): void {
    this.#runner.wake();
  }

  publish(kind: Kind, track: MediaStreamTrack, options: PublishOptions, owned: boolean): Promise<LocalTrack> {
    if (track.readyState === 'ended') return Promise.reject(new DoordarshanError('invalid_argument', 'the track has ended', { field: 'track' }));
    if ((kind === 'audio') !== (track.kind === 'audio')) {
      return Promise.reject(new DoordarshanError('invalid_argument', `a track of ${track.kind} cannot be published as ${kind}`, { field: 'track' }));
    }
    const known = this.tracks.get(kind);
    if (known !== undefined) {
      return this.replaceTrack(kind, track, owned).then(async () => {
        if (options.muted !== undefined) await this.setMuted(kind, options.muted);
        return known;
      });
    }
    return new Promise((resolve, reject) => {
      const publication = new Publication(kind, track, options, owned);
      this.tracks.set(kind, publication);
      publication.waiters.push({ resolve, reject });
      track.enabled = !publication.muted;
      this.#listen(publication);
      this.#runner.wake();
    });
  }

  async unpublish(kind: Kind): Promise<void> {
    const publication = this.tracks.get(kind);
    if (publication === undefined) return;
    this.#forget(publication, new DoordarshanError('aborted', 'unpublished before the server had it'));
  }

  async setMuted(kind: Kind, muted: boolean): Promise<void> {
    const publication = this.tracks.get(kind);
    if (publication === undefined) throw new DoordarshanError('not_found', `nothing is published as ${kind}`);
    if (publication.muted === muted) return;
    publication.muted = muted;
    publication.mediaStreamTrack.enabled = !muted;
    void this.#applySending(publication);
    this.#events.emit('localTrack', { kind, track: publication });
    this.#runner.wake();
  }

  async replaceTrack(kind: Kind, track: MediaStreamTrack, owned = false): Promise<void> {
    const publication = this.tracks.get(kind);
    if (publication === undefined) throw new DoordarshanError('not_found', `nothing is published as ${kind}`);
    const old = publication.mediaStreamTrack;
    if (old === track) return;
    track.enabled = !publication.muted; // before it is sent: nothing is heard of a muted one
    publication.unlisten();
    publication.mediaStreamTrack = track;
    this.#listen(publication);
    if (publication.owned) old.stop();
    publication.owned = owned;
    const { producer } = publication;
    if (producer !== null && !producer.closed) {
      try {
        await producer.replaceTrack({ track });
      } catch (thrown) {
        if (!producer.closed) throw asError(thrown); // else the next line sends the new one
      }
    }
    this.#events.emit('localTrack', { kind, track: publication });
  }

  /** A moderator's decision; the server has paused the producers already. */
  mutedByServer(kinds: readonly Kind[]): void {
    for (const kind of kinds) {
      const publication = this.tracks.get(kind);
      if (publication === undefined) continue;
      publication.muted = publication.serverPaused = true;
      publication.mediaStreamTrack.enabled = false;
      void this.#applySending(publication);
      this.#events.emit('localTrack', { kind, track: publication });
    }
  }

  /** Whether anybody watches, and up to which layer. */
  demand(producerId: string, wanted: boolean, maxSpatialLayer: number | undefined): void {
    for (const publication of this.tracks.values()) {
      if (publication.producer?.id !== producerId) continue;
      const changed = publication.wanted !== wanted;
      publication.wanted = wanted;
      publication.maxSpatialLayer = maxSpatialLayer;
      void this.#applySending(publication);
      if (changed) this.#events.emit('localTrack', { kind: publication.kind, track: publication });
    }
  }

  /** The server closed a producer of ours: it is produced again. */
  closedByServer(producerId: string): void {
    for (const publication of this.tracks.values()) {
      if (publication.producer?.id !== producerId) continue;
      // What hung on a lost line goes with it; to take it out would be a negotiation with nobody, while the next line waits.
      if (publication.line === this.#line) publication.producer.close();
      publication.producer = null;
      this.#runner.wake();
    }
  }

  producers(): { kind: Kind; producer: types.Producer<ProducerTag> }[] {
    return [...this.tracks.values()].flatMap(({ kind, producer }) => (producer === null || producer.closed ? [] : [{ kind, producer }]));
  }

  stop(error: DoordarshanError): void {
    this.#runner.stop();
    for (const publication of [...this.tracks.values()]) this.#forget(publication, error);
    this.#line = null;
  }

  #listen(publication: Publication): void {
    const track = publication.mediaStreamTrack;
    const onEnded = (): void => {
      if (this.tracks.get(publication.kind) !== publication || publication.mediaStreamTrack !== track) return;
      this.#forget(publication, new DoordarshanError('aborted', 'the track ended'));
      this.#events.emit('localTrackEnded', { kind: publication.kind });
    };
    track.addEventListener('ended', onEnded);
    publication.unlisten = () => track.removeEventListener('ended', onEnded);
  }

  #forget(publication: Publication, error: DoordarshanError): void {
    if (this.tracks.get(publication.kind) !== publication) return;
    this.tracks.delete(publication.kind);
    publication.unlisten();
    publication.cancelRampUp();
    const { producer, line } = publication;
    publication.producer = null;
    if (producer !== null && line !== null) {
      producer.close();
      if (line === this.#line && this.#toClose.length < 64) this.#toClose.push({ line, producer });
    }
    if (publication.owned) publication.mediaStreamTrack.stop();
    for (const waiter of publication.waiters.splice(0)) waiter.reject(error);
    this.#events.emit('localTrack', { kind: publication.kind, track: null });
    this.#runner.wake();
  }

  async #work(): Promise<void> {
    const line = this.#line;
    if (line === null || line.closed || !this.#session.ready) return;
    await this.#close(line);
    let failure: DoordarshanError | null = null;
    for (const publication of [...this.tracks.values()]) {
      if (this.#line !== line) return this.#runner.wake();
      try {
        if (publication.line !== line || publication.producer === null || publication.producer.closed) await this.#produce(publication, line);
        else if (publication.serverPaused !== publication.muted) await this.#tellPaused(publication, publication.producer.id);
      } catch (thrown) {
        failure = asError(thrown); // a camera that cannot be sent now is no reason not to be heard
      }
    }
    if (failure !== null) throw failure;
  }

  async #close(line: Line): Promise<void> {
    const ids = this.#toClose.filter((entry) => entry.line === line).map(({ producer }) => producer.id);
    if (ids.length === 0) return;
    await this.#guard(line, this.#session.request('producer.close', { producerIds: ids }));
    this.#toClose = this.#toClose.filter(({ producer }) => !ids.includes(producer.id));
  }

  async #tellPaused(publication: Publication, producerId: string): Promise<void> {
    const paused = publication.muted;
    await this.#guard(this.#line, this.#session.request(paused ? 'producer.pause' : 'producer.resume', { producerIds: [producerId] }));
    publication.serverPaused = paused;
  }

  async #produce(publication: Publication, line: Line): Promise<void> {
    const { kind } = publication;
    if (line.send === null) {
      return this.#refuse(publication, new DoordarshanError('forbidden', `the token does not allow to publish ${kind}`, { reason: 'not_granted' }));
    }
    const paused = publication.muted;
    const track = publication.mediaStreamTrack;
    const plan = planSending({
      kind,
      height: track.kind === 'video' ? track.getSettings().height : undefined,
      layers: layersWanted(kind, this.#options.simulcast, publication.layers),
      maxBitrate: this.#limits.publishBitrate[kind] ?? Infinity, // without a quota there is no bound
      codec: track.kind === 'video' ? findCodec(line.device.sendRtpCapabilities, this.#options.codec) : undefined,
    });
    let producer: types.Producer<ProducerTag>;
    try {
      producer = await line.send.produce<ProducerTag>({
        ...plan,
        track,
        // Muting is ours (#applySending): mediasoup-client would enable a replaced track before it is muted again.
        stopTracks: false,
        disableTrackOnPause: false,
        zeroRtpOnPause: false,
        appData: { kind, paused },
      });
    } catch (thrown) {
      if (this.#line !== line || line.closed) return; // the next line does it
      return this.#onProduceFailed(publication, asError(thrown));
    }
    if (this.tracks.get(kind) !== publication) {
      // Unpublished meanwhile.
      producer.close();
      this.#toClose.push({ line, producer });
      return this.#runner.wake();
    }
    publication.producer = producer;
    publication.line = line;
    publication.serverPaused = paused;
    publication.wanted = true; // until the server says otherwise
    publication.maxSpatialLayer = undefined;
    this.#rampUp(publication);
    if (publication.mediaStreamTrack !== track) await producer.replaceTrack({ track: publication.mediaStreamTrack }).catch(() => undefined);
    await this.#applySending(publication);
    for (const waiter of publication.waiters.splice(0)) waiter.resolve(publication);
    this.#events.emit('localTrack', { kind, track: publication });
    if (publication.muted !== paused) this.#runner.wake();
  }

  #rampUp(publication: Publication): void {
    publication.cancelRampUp();
    publication.fresh = startsLow(publication.kind);
    if (!publication.fresh) return;
    publication.cancelRampUp = this.#environment.clock.after(rampUp, () => {
      publication.fresh = false;
      void this.#applySending(publication);
    });
  }

  #onProduceFailed(publication: Publication, error: DoordarshanError): void {
    if (error.reason === 'media_moved') this.#events.mediaMoved();
    if (error.reason === 'session_gone' || error.reason === 'media_moved') return;
    // not_found: the transport is gone, and the news of it is on its way.
    if ((isTransient(error) || error.code === 'not_found') && publication.mediaStreamTrack.readyState !== 'ended') {
      this.#log.warn('producing failed, trying again', { kind: publication.kind, code: error.code, message: redact(error.message) });
      throw error;
    }
    this.#refuse(publication, error);
  }

  #refuse(publication: Publication, error: DoordarshanError): void {
    const awaited = publication.waiters.length > 0;
    this.#forget(publication, error);
    if (!awaited) this.#events.emit('problem', { error, kind: publication.kind });
  }

  /** Of what fails for good nothing can be made better by asking again. */
  async #guard(line: Line | null, asked: Promise<unknown>): Promise<void> {
    try {
      await asked;
    } catch (thrown) {
      const error = asError(thrown);
      if (this.#line !== line || error.reason === 'session_gone') return;
      if (error.reason === 'media_moved') return this.#events.mediaMoved();
      if (isTransient(error)) throw error;
      this.#log.warn('the server refused', { code: error.code, message: redact(error.message) });
    }
  }

  async #applySending(publication: Publication): Promise<void> {
    const sender = publication.producer?.rtpSender;
    if (sender === undefined || publication.producer?.closed === true) return;
    const applied = await applySending(sender, publication);
    if (!applied) this.#log.debug('the browser keeps sending', { kind: publication.kind });
  }
}
