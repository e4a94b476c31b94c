// SPDX-License-Identifier: MIT
// What this client receives. It compares the tracks that are wished for with the consumers there are, on whichever line is
// up, and makes them agree: which are there, which are paused, which layer each gets. Recovery needs no code of its own.
import type { types } from 'mediasoup-client';

import type { Environment } from '../base/environment';
import { redact } from '../base/log';
import { Runner } from '../base/runner';
import { asError, DoordarshanError, isTransient } from '../errors';
import type { RemoteTrackState } from '../people/remote_track';
import type { ConsumerNews } from '../protocol';
import type { Session } from '../signaling/session';
import { layerCount } from '../tiles/layers';
import type { Layers, Logger, MeetingEvents } from '../types';
import type { Line } from './line';

export interface SubscriberEvents {
  emit<E extends keyof MeetingEvents>(event: E, news: MeetingEvents[E]): void;
  tracks(): Iterable<RemoteTrackState>;
  /** Media arrived for a track, or none arrives any more. */
  started(track: RemoteTrackState): void;
  stopped(track: RemoteTrackState): void;
  mediaMoved(): void;
  settled(): void;
}

interface Held {
  readonly consumer: types.Consumer;
  readonly track: RemoteTrackState;
  readonly producerId: string;
  readonly adaptable: boolean;
  /** What the server has been told. */
  paused: boolean;
  layer: number | null;
  priority: number | null;
}

/** Of one request: an answer of so many consumers is well below what a socket takes at once. */
const batch = 40;
/** A producer that is not there is about to go, or has just come and is not known everywhere yet. */
const maxMisses = 4;
/** The server's default, and mediasoup's. */
const defaultPriority = 1;

const overloaded = (seconds: number): DoordarshanError =>
  new DoordarshanError('unavailable', 'the server has more to do than it can; what is missing comes when there is room', {
    reason: 'worker_overloaded',
    retryAfter: Math.max(0, seconds),
  });

export class Subscriber {
  readonly #environment: Environment;
  readonly #session: Session;
  readonly #events: SubscriberEvents;
  readonly #log: Logger;
  readonly #runner: Runner;
  #line: Line | null = null;
  /** By producer id. */
  #held = new Map<string, Held>();
  /** Producers the server or this browser will not give, whoever asks. */
  readonly #refused = new Set<string>();
  readonly #missed = new Map<string, number>();
  /** Producers an overloaded server will not give now, and when each may be asked for again. */
  readonly #later = new Map<string, number>();
  /** Consumers of which the server has to hear that they are closed. */
  #toClose: string[] = [];

  constructor(environment: Environment, session: Session, log: Logger, events: SubscriberEvents) {
    this.#environment = environment;
    this.#session = session;
    this.#log = log;
    this.#events = events;
    this.#runner = new Runner(environment, () => this.#work(), () => events.settled());
  }

  get settled(): boolean {
    return this.#runner.idle;
  }

  setLine(line: Line | null): void {
    this.#line = line;
    this.#held = new Map(); // what the old line still shows is closed with it
    this.#toClose = [];
    this.#refused.clear();
    this.#missed.clear();
    this.#later.clear();
    if (line !== null) this.#runner.wake();
  }

  wake(): void {
    this.#runner.wake();
  }

  /** The track is published no longer. */
  forget(track: RemoteTrackState): void {
    for (const held of [...this.#held.values()]) if (held.track === track) this.#release(held, false);
    this.#refused.delete(track.producerId);
    this.#missed.delete(track.producerId);
    this.#later.delete(track.producerId);
    this.#stop(track);
  }

  /** The server closed a consumer. */
  consumerClosed(consumerId: string): void {
    const held = this.#byConsumer(consumerId);
    if (held === undefined) return;
    this.#held.delete(held.producerId);
    held.consumer.close();
    this.#runner.wake(); // if its producer is still there, it is asked for again
  }

  layersChanged(consumerId: string, layers: Layers | null): void {
    const held = this.#byConsumer(consumerId);
    if (held !== undefined) held.track.layers = layers;
  }

  async requestKeyFrame(track: RemoteTrackState): Promise<void> {
    const held = this.#held.get(track.producerId);
    if (held !== undefined) await this.#session.request('consumer.requestKeyFrame', { consumerId: held.consumer.id });
  }

  async setPriority(track: RemoteTrackState, priority: number): Promise<void> {
    const held = this.#held.get(track.producerId);
    if (held === undefined) return; // it is told when there is a consumer
    held.priority = priority;
    await this.#session.request('consumer.setPriority', { consumerId: held.consumer.id, priority });
  }

  consumers(): { track: RemoteTrackState; consumer: types.Consumer }[] {
    return [...this.#held.values()].map(({ track, consumer }) => ({ track, consumer }));
  }

  stop(): void {
    this.#runner.stop();
    this.#line = null;
    this.#held.clear();
    this.#later.clear();
    for (const track of this.#events.tracks()) this.#stop(track);
  }

  #byConsumer(consumerId: string): Held | undefined {
    for (const held of this.#held.values()) if (held.consumer.id === consumerId) return held;
    return undefined;
  }

  #release(held: Held, tellServer: boolean): void {
    this.#held.delete(held.producerId);
    if (!held.consumer.closed && tellServer) this.#toClose.push(held.consumer.id);
    held.consumer.close();
  }

  #stop(track: RemoteTrackState): void {
    if (track.mediaStreamTrack === null) return;
    track.mediaStreamTrack = null;
    track.layers = null;
    this.#events.stopped(track);
  }

  async #work(): Promise<void> {
    const line = this.#line;
    if (line === null || line.closed || !this.#session.ready || line.receive === null) return;
    const wished = new Set([...this.#events.tracks()].filter(({ subscribed }) => subscribed).map(({ producerId }) => producerId));
    for (const producerId of [...this.#later.keys()]) if (!wished.has(producerId)) this.#later.delete(producerId);
    const failure = await this.#receiveMissing(line);
    if (this.#line !== line) return this.#runner.wake();
    await this.#closeUnwanted(line);
    await this.#applyWishes(line);
    if (failure !== null && this.#line === line) throw failure;
    const next = Math.min(...this.#later.values());
    if (next !== Infinity) throw overloaded((next - this.#environment.clock.now()) / 1000); // to be called again then
  }

  /** Until nothing is missing: what came meanwhile is to be seen before anything is made finer. */
  async #receiveMissing(line: Line): Promise<DoordarshanError | null> {
    const asked = new Set<string>();
    let failure: DoordarshanError | null = null;
    let missing = this.#missing();
    while (missing.length > 0 && failure === null && this.#line === line) {
      for (const { producerId } of missing) asked.add(producerId);
      failure = await this.#consumeAll(line, missing);
      missing = this.#missing().filter(({ producerId }) => !asked.has(producerId));
    }
    return failure;
  }

  async #consumeAll(line: Line, tracks: readonly RemoteTrackState[]): Promise<DoordarshanError | null> {
    let failure: DoordarshanError | null = null;
    // Told apart once: what is hidden while the first are asked for would be asked for twice.
    const parts = [false, true].map((paused) => ({ paused, some: tracks.filter((track) => track.hidden === paused) }));
    for (const { paused, some } of parts) {
      for (let at = 0; at < some.length && this.#line === line; at += batch) {
        failure = (await this.#consume(line, some.slice(at, at + batch), paused)) ?? failure;
      }
    }
    return failure;
  }

  #missing(): RemoteTrackState[] {
    const now = this.#environment.clock.now();
    return [...this.#events.tracks()].filter(
      (track) =>
        track.subscribed && !track.interrupted && !this.#held.has(track.producerId) && !this.#refused.has(track.producerId) &&
        (this.#later.get(track.producerId) ?? now) <= now,
    );
  }

  async #consume(line: Line, tracks: readonly RemoteTrackState[], paused: boolean): Promise<DoordarshanError | null> {
    const byProducer = new Map(tracks.map((track) => [track.producerId, track]));
    const receive = line.receive;
    if (receive === null) return null;
    let answer;
    try {
      answer = await this.#session.request('consume', {
        producerIds: [...byProducer.keys()],
        ...(line.capabilitiesKnown ? {} : { rtpCapabilities: line.device.recvRtpCapabilities }),
        ...(paused ? { paused } : {}),
      });
    } catch (thrown) {
      return this.#onConsumeFailed(line, [...byProducer.values()], asError(thrown));
    }
    if (this.#line !== line || line.closed) return null;
    line.capabilitiesKnown = true;
    await Promise.all(
      answer.consumers.map((news) => {
        const track = byProducer.get(news.producerId);
        return track === undefined ? undefined : this.#receive(line, receive, track, news, paused);
      }),
    );
    let failure: DoordarshanError | null = null;
    for (const { producerId, code, message, reason, retryAfter } of answer.failed) {
      if (reason === 'worker_overloaded') {
        this.#putOff(producerId, byProducer.get(producerId), retryAfter ?? 5);
        continue;
      }
      if (code === 'not_found' && this.#misses(producerId) > maxMisses) {
        this.#refused.add(producerId); // it has been closed, and the news is very late
        continue;
      }
      const track = byProducer.get(producerId);
      if (['not_found', 'unavailable', 'deadline_exceeded', 'internal', 'too_many_requests', 'conflict'].includes(code)) {
        failure = new DoordarshanError('unavailable', message);
        continue;
      }
      this.#refuse(producerId, track, new DoordarshanError('forbidden', message));
    }
    return failure;
  }

  #onConsumeFailed(line: Line, tracks: readonly RemoteTrackState[], error: DoordarshanError): DoordarshanError | null {
    if (this.#line !== line || error.reason === 'session_gone') return null;
    if (error.reason === 'media_moved') {
      this.#events.mediaMoved();
      return null;
    }
    if (isTransient(error)) return error;
    for (const track of tracks) this.#refuse(track.producerId, track, error);
    return null;
  }

  async #receive(line: Line, transport: types.Transport, track: RemoteTrackState, news: ConsumerNews, paused: boolean): Promise<void> {
    let consumer: types.Consumer;
    try {
      consumer = await transport.consume({
        id: news.consumerId,
        producerId: news.producerId,
        kind: news.kind === 'audio' ? 'audio' : 'video',
        rtpParameters: news.rtpParameters,
        // Sound and picture of one person are played in step; a screen is not held back by a voice.
        streamId: news.kind === 'screenshare' ? `${news.participantId}-screen` : news.participantId,
      });
    } catch (thrown) {
      if (this.#line !== line || line.closed) return;
      this.#toClose.push(news.consumerId);
      return this.#refuse(news.producerId, track, asError(thrown));
    }
    const participant = track.participant.tracks.get(track.kind);
    if (this.#line !== line || line.closed) return consumer.close();
    const layers = news.type === 'simple' ? 1 : layerCount(news.rtpParameters.encodings?.[0]?.scalabilityMode);
    const held: Held = {
      consumer,
      track,
      producerId: news.producerId,
      adaptable: layers > 1,
      paused,
      layer: null,
      priority: null,
    };
    this.#held.set(news.producerId, held);
    this.#later.delete(news.producerId);
    if (participant !== track || !track.subscribed || track.producerId !== news.producerId) return this.#release(held, true); // while we asked
    track.layerCount = layers;
    track.mediaStreamTrack = consumer.track;
    this.#events.started(track);
  }

  /** Everybody who was refused comes again; not all at the same time. */
  #putOff(producerId: string, track: RemoteTrackState | undefined, seconds: number): void {
    const told = this.#later.size > 0;
    const pause = seconds * 1000 * (1 + this.#environment.random());
    this.#later.set(producerId, this.#environment.clock.now() + pause);
    if (told || track === undefined) return;
    this.#log.warn('the server has too much to do', { kind: track.kind });
    this.#events.emit('problem', { error: overloaded(seconds), kind: track.kind, participantId: track.participant.id });
  }

  #misses(producerId: string): number {
    if (this.#missed.size > 1024) this.#missed.clear();
    const misses = (this.#missed.get(producerId) ?? 0) + 1;
    this.#missed.set(producerId, misses);
    return misses;
  }

  #refuse(producerId: string, track: RemoteTrackState | undefined, error: DoordarshanError): void {
    if (this.#refused.size > 1024) this.#refused.clear();
    this.#refused.add(producerId);
    this.#later.delete(producerId);
    this.#log.warn('cannot be received', { kind: track?.kind, code: error.code, message: redact(error.message) });
    if (track !== undefined) this.#events.emit('problem', { error, kind: track.kind, participantId: track.participant.id });
  }

  async #closeUnwanted(line: Line): Promise<void> {
    for (const held of [...this.#held.values()]) {
      const { track } = held;
      if (track.subscribed && track.producerId === held.producerId) continue;
      // A producer that comes back under another id: the old picture stays until the new one is there.
      if (track.subscribed && (track.interrupted || (!this.#held.has(track.producerId) && !this.#refused.has(track.producerId)))) continue;
      this.#release(held, true);
      if (!track.subscribed) this.#stop(track);
    }
    for (const track of this.#events.tracks()) if (!track.subscribed) this.#stop(track);
    const ids = this.#toClose.splice(0);
    if (ids.length > 0) await this.#guard(line, this.#session.request('consumer.close', { consumerIds: ids }));
  }

  async #applyWishes(line: Line): Promise<void> {
    const [pause, resume] = [[] as Held[], [] as Held[]];
    for (const held of this.#held.values()) {
      if (held.track.hidden !== held.paused) (held.track.hidden ? pause : resume).push(held);
    }
    // What is to be seen comes first.
    for (const [method, some] of [['consumer.resume', resume], ['consumer.pause', pause]] as const) {
      if (some.length === 0) continue;
      for (const held of some) held.paused = method === 'consumer.pause';
      const asked = this.#session.request(method, { consumerIds: some.map(({ consumer }) => consumer.id) });
      await this.#guard(line, asked, () => some.forEach((held) => (held.paused = method !== 'consumer.pause')));
    }
    for (const held of [...this.#held.values()]) {
      if (this.#line !== line) return;
      await this.#applyLayer(line, held);
      const { priority } = held.track;
      if (priority !== null && priority !== held.priority && !(held.priority === null && priority === defaultPriority)) {
        held.priority = priority;
        await this.#guard(line, this.#session.request('consumer.setPriority', { consumerId: held.consumer.id, priority }));
      }
    }
  }

  async #applyLayer(line: Line, held: Held): Promise<void> {
    if (!held.adaptable || held.track.hidden) return;
    const top = held.track.layerCount - 1;
    const wanted = held.track.wantedLayer;
    const layer = wanted === null ? (held.layer === null ? null : top) : Math.min(wanted, top);
    if (layer === null || layer === held.layer || (held.layer === null && layer === top)) return; // the server's default is the top
    const before = held.layer;
    held.layer = layer;
    const asked = this.#session.request('consumer.setLayers', { consumerId: held.consumer.id, spatialLayer: layer });
    await this.#guard(line, asked, () => (held.layer = before));
  }

  async #guard(line: Line, asked: Promise<unknown>, undo: () => void = () => undefined): Promise<void> {
    try {
      await asked;
    } catch (thrown) {
      const error = asError(thrown);
      if (this.#line !== line || error.reason === 'session_gone') return;
      if (error.reason === 'media_moved') return this.#events.mediaMoved();
      if (isTransient(error)) {
        undo();
        throw error;
      }
      if (error.code !== 'not_found') this.#log.warn('the server refused', { code: error.code, message: redact(error.message) }); // else it closed meanwhile
    }
  }
}
