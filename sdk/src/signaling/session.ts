// SPDX-License-Identifier: MIT
// The session across sockets: joins, resumes, joins anew, and carries requests over the gaps. To the rest of the client it
// is one thing that is sometimes away. What to do when is decided by recovery.ts; what was said is in docs/signaling.md.
import { Bucket } from '../base/bucket';
import type { Environment } from '../base/environment';
import { redact } from '../base/log';
import { asError, DoordarshanError } from '../errors';
import { closeCode, type JoinAnswer, type JoinParams, type Method, type Params, type Result } from '../protocol';
import type { CloseReason, Logger, TokenSource } from '../types';
import { initialRecovery, recoveryStep, type RecoveryEffect, type RecoveryInput, type RecoveryState } from './recovery';
import { Wire } from './wire';

export interface SessionEvents {
  /** In the meeting; `again` when an earlier session was lost and nothing of it is left. */
  joined(answer: JoinAnswer, again: boolean): void;
  /** On a new socket, in the same session; what was missed follows as notifications. */
  resumed(): void;
  away(): void;
  notification(method: string, params: Record<string, unknown>): void;
  /** Not in the meeting yet, and it will be tried again. */
  waiting(error: DoordarshanError): void;
  closed(reason: CloseReason, error: DoordarshanError | undefined): void;
}

export interface SessionOptions {
  readonly url: string;
  readonly token: TokenSource;
  readonly join: Omit<JoinParams, 'token'>;
  readonly joinTimeout: number;
}

/** How long an answer may take. */
const answerTimeout = 10_000;
/** How long a request waits for a socket before it is given up. */
const waitTimeout = 30_000;
/** A socket that does not open in this time is tried anew. */
const openTimeout = 10_000;
/** Silence after which the server is asked whether it is still there. */
const silence = 10_000;
const pingTimeout = 5_000;
/** Working for so long, the next failure is a first one. */
const stableAfter = 5_000;
const maxOutbox = 256;
const maxHeld = 1024;

/** These would be done twice if they were sent again after a lost answer. All others may be repeated. */
const once: ReadonlySet<Method> = new Set<Method>(['message.send']);
/** What refers to transports and producers dies with the session it belongs to. */
const ofMedia = /^(media|transport|producer|consumer|data)\.|^(produce|consume)$/;

interface Waiting {
  readonly method: Method;
  readonly params: object;
  readonly timeout: number;
  resolve(result: unknown): void;
  reject(error: DoordarshanError): void;
  /** The session it was asked in; media requests of an older one are refused. */
  readonly generation: number;
  cancelWait: () => void;
}

export class Session {
  readonly #environment: Environment;
  readonly #options: SessionOptions;
  readonly #events: SessionEvents;
  readonly #log: Logger;
  /** Below the server's 50 a second and 100 at once. */
  readonly #bucket = new Bucket(40, 80);
  #state: RecoveryState;
  #wire: Wire | null = null;
  #ids: { sessionId: string; resumeToken: string } | null = null;
  #lastSeq = 0;
  #generation = 0;
  #outbox: Waiting[] = [];
  #held: { method: string; params: Record<string, unknown> }[] = [];
  #lastRefusal: DoordarshanError | undefined;
  #cancelFlush: (() => void) | null = null;
  #cancelWait: (() => void) | null = null;
  #cancelWatch: (() => void) | null = null;
  #cancelStable: (() => void) | null = null;
  #cancelGiveUp: (() => void) | null = null;

  constructor(environment: Environment, options: SessionOptions, events: SessionEvents, log: Logger) {
    this.#environment = environment;
    this.#options = options;
    this.#events = events;
    this.#log = log;
    this.#state = initialRecovery(typeof options.token === 'function');
  }

  get ready(): boolean {
    return this.#state.phase === 'ready';
  }

  get over(): boolean {
    return this.#state.phase === 'closed';
  }

  start(): void {
    this.#cancelGiveUp = this.#environment.clock.after(this.#options.joinTimeout, () => {
      const error = this.#lastRefusal ?? new DoordarshanError('deadline_exceeded', 'the server could not be reached in time');
      this.#step({ type: 'giveUp', error });
    });
    this.#step({ type: 'start' });
  }

  /** The network is there again, or another one: tries at once, or finds out whether the socket still lives. */
  nudge(): void {
    if (this.#state.phase === 'ready') this.#probe();
    else this.#step({ type: 'wake' });
  }

  /**
   * Asks the server. Waits for the connection when it is away, and asks again when the answer was lost with it, unless that
   * could do something twice.
   */
  request<M extends Method>(method: M, params: Params<M>, timeout = answerTimeout): Promise<Result<M>> {
    return new Promise<Result<M>>((resolve, reject) => {
      if (this.over) return reject(new DoordarshanError('aborted', 'the meeting is over', { reason: 'left' }));
      if (this.#outbox.length >= maxOutbox) return reject(new DoordarshanError('too_many_requests', 'too many requests are waiting'));
      this.#enqueue({
        method,
        params,
        timeout,
        generation: this.#generation,
        resolve: (result) => resolve(result as Result<M>),
        reject,
        cancelWait: () => undefined,
      });
      this.#flush();
    });
  }

  /** Tells the server, and is over at once on this side. Resolves when the server knows or a second has passed. */
  leave(): Promise<void> {
    const wire = this.#state.phase === 'ready' ? this.#wire : null;
    this.#wire = wire === null ? this.#wire : null; // what follows on it is nobody's concern
    this.#step({ type: 'leave' });
    if (wire === null) return Promise.resolve();
    return new Promise<void>((resolve) => {
      wire.call('leave', {}, 1000, () => {
        wire.close(closeCode.left);
        resolve();
      });
    });
  }

  #enqueue(waiting: Waiting): void {
    this.#outbox.push(waiting);
    waiting.cancelWait = this.#environment.clock.after(waitTimeout, () => {
      this.#outbox = this.#outbox.filter((other) => other !== waiting);
      waiting.reject(new DoordarshanError('unavailable', `${waiting.method}: the server was away for too long`, { reason: 'connection_lost' }));
    });
  }

  #step(input: RecoveryInput): void {
    const before = this.#state.phase;
    const { state, effects } = recoveryStep(this.#state, input, this.#environment.random());
    this.#state = state;
    if (state.phase !== before) this.#log.debug('signaling', { phase: state.phase, attempt: state.attempt });
    if (before === 'ready' && state.phase !== 'ready') {
      this.#cancelStable?.();
      if (state.phase !== 'closed') this.#events.away();
    }
    if (state.phase === 'waiting' && !state.everJoined) this.#events.waiting(this.#lastRefusal ?? unreachable());
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: RecoveryEffect): void {
    switch (effect.type) {
      case 'connect':
        return this.#connect();
      case 'enter':
        return void (effect.how === 'join' ? this.#join() : this.#resume());
      case 'wait':
        this.#cancelWait?.();
        this.#cancelWait = this.#environment.clock.after(effect.milliseconds, () => this.#step({ type: 'wake' }));
        return;
      case 'disconnect':
        return this.#drop();
      case 'finish':
        return this.#finish(effect.reason, effect.error);
    }
  }

  #connect(): void {
    this.#cancelWait?.();
    this.#drop();
    let socket;
    try {
      socket = this.#environment.openSocket(this.#options.url);
    } catch (thrown) {
      // An address that is no address: only `new WebSocket` can tell, and it will not become better.
      this.#step({ type: 'giveUp', error: new DoordarshanError('invalid_argument', 'the address of the server is not valid', { cause: thrown }) });
      this.#step({ type: 'closed', code: 1006 });
      return;
    }
    const wire: Wire = new Wire(socket, this.#environment.clock, {
      opened: () => {
        if (this.#wire === wire) this.#step({ type: 'opened' });
      },
      notification: (method, params) => {
        if (this.#wire === wire) this.#onNotification(method, params);
      },
      closed: (code) => {
        if (this.#wire !== wire) return;
        this.#wire = null;
        this.#stopWatching();
        this.#step({ type: 'closed', code });
      },
    });
    this.#wire = wire;
    this.#held = [];
    this.#cancelWatch = this.#environment.clock.after(openTimeout, () => {
      if (this.#wire === wire && this.#state.phase === 'connecting') wire.abandon();
    });
  }

  #drop(): void {
    const wire = this.#wire;
    this.#wire = null;
    this.#stopWatching();
    wire?.abandon();
  }

  /** Of the last answer: who names nobody is given an id, and keeps it when it has to join again. */
  #participantId: string | undefined;

  async #join(): Promise<void> {
    const wire = this.#wire;
    if (wire === null) return;
    let token: string;
    try {
      token = typeof this.#options.token === 'function' ? await this.#options.token() : this.#options.token;
    } catch (thrown) {
      const cause = asError(thrown);
      if (this.#wire === wire) this.#onRefused(new DoordarshanError('unavailable', `no token could be had: ${cause.message}`, { cause: thrown }));
      return;
    }
    if (this.#wire !== wire) return; // it took so long that the socket is gone; the next one asks anew
    const again = this.#state.everJoined;
    const participant = this.#participantId === undefined ? {} : { participantId: this.#participantId };
    wire.call('join', { token, ...this.#options.join, ...participant }, answerTimeout, (outcome) => {
      if (this.#wire !== wire) return;
      if (!outcome.ok) return this.#onRefused(outcome.error);
      const answer = outcome.result as JoinAnswer;
      this.#participantId = answer.me.participantId;
      this.#ids = { sessionId: answer.sessionId, resumeToken: answer.resumeToken };
      this.#lastSeq = answer.seq;
      this.#generation += 1;
      this.#refuseOldMedia();
      this.#cancelGiveUp?.();
      this.#entered(wire, () => this.#events.joined(answer, again));
    });
  }

  #resume(): void {
    const wire = this.#wire;
    if (wire === null) return;
    if (this.#ids === null) return this.#step({ type: 'refused', error: new DoordarshanError('not_found', 'no session', { reason: 'session_gone' }) });
    wire.call('resume', { ...this.#ids, lastSeq: this.#lastSeq }, answerTimeout, (outcome) => {
      if (this.#wire !== wire) return;
      if (outcome.ok) this.#entered(wire, () => this.#events.resumed());
      else this.#onRefused(outcome.error);
    });
  }

  #onRefused(error: DoordarshanError): void {
    if (error.reason === 'connection_lost') return; // `closed` follows
    this.#log.warn('refused', { code: error.code, reason: error.reason, message: redact(error.message) });
    this.#lastRefusal = error;
    this.#step({ type: 'refused', error });
  }

  #entered(wire: Wire, tell: () => void): void {
    this.#step({ type: 'entered' });
    this.#cancelStable = this.#environment.clock.after(stableAfter, () => this.#step({ type: 'stable' }));
    this.#watch(wire);
    tell();
    // News may have overtaken the one who waits for the answer.
    const held = this.#held;
    this.#held = [];
    for (const { method, params } of held) this.#deliver(method, params);
    this.#flush();
  }

  #onNotification(method: string, params: Record<string, unknown>): void {
    if (this.#state.phase === 'ready') this.#deliver(method, params);
    else if (this.#held.length < maxHeld) this.#held.push({ method, params });
  }

  #deliver(method: string, params: Record<string, unknown>): void {
    const { seq } = params;
    if (typeof seq === 'number') {
      if (seq <= this.#lastSeq) return; // told before the socket broke
      if (seq > this.#lastSeq + 1) this.#log.warn('news is missing', { expected: this.#lastSeq + 1, got: seq });
      this.#lastSeq = seq;
    }
    this.#events.notification(method, params);
  }

  #flush(): void {
    while (this.ready && this.#wire !== null) {
      const next = this.#outbox[0];
      if (next === undefined) return;
      const delay = this.#bucket.take(this.#environment.clock.now());
      if (delay > 0) {
        this.#cancelFlush ??= this.#environment.clock.after(delay, () => {
          this.#cancelFlush = null;
          this.#flush();
        });
        return;
      }
      this.#outbox.shift();
      next.cancelWait();
      this.#send(this.#wire, next);
    }
  }

  #send(wire: Wire, waiting: Waiting): void {
    wire.call(waiting.method, waiting.params, waiting.timeout, (outcome) => {
      if (outcome.ok) return waiting.resolve(outcome.result);
      const { error } = outcome;
      const repeat = error.reason === 'connection_lost' && !once.has(waiting.method) && !this.over;
      if (error.code === 'deadline_exceeded' && this.#wire === wire) this.#probe();
      if (!repeat) return waiting.reject(error);
      if (ofMedia.test(waiting.method) && waiting.generation !== this.#generation) return waiting.reject(gone());
      if (this.#outbox.length >= maxOutbox) return waiting.reject(error);
      this.#enqueue(waiting); // the wire settles in the order of asking, and that order is kept
    });
  }

  #refuseOldMedia(): void {
    const [old, kept] = [[] as Waiting[], [] as Waiting[]];
    for (const waiting of this.#outbox) (ofMedia.test(waiting.method) ? old : kept).push(waiting);
    this.#outbox = kept;
    for (const waiting of old) {
      waiting.cancelWait();
      waiting.reject(gone());
    }
  }

  #watch(wire: Wire): void {
    this.#stopWatching();
    const look = (): void => {
      if (this.#wire !== wire) return;
      const quiet = this.#environment.clock.now() - wire.heardAt;
      if (quiet >= silence) this.#probe();
      this.#cancelWatch = this.#environment.clock.after(quiet >= silence ? silence : silence - quiet, look);
    };
    this.#cancelWatch = this.#environment.clock.after(silence, look);
  }

  #stopWatching(): void {
    this.#cancelWatch?.();
    this.#cancelWatch = null;
  }

  /** A browser may not notice for minutes that nobody is there. */
  #probe(): void {
    const wire = this.#wire;
    const asked = this.#environment.clock.now();
    wire?.call('ping', {}, pingTimeout, (outcome) => {
      if (!outcome.ok && outcome.error.code === 'deadline_exceeded' && this.#wire === wire && wire.heardAt < asked) wire.abandon();
    });
  }

  #finish(reason: CloseReason, error: DoordarshanError | undefined): void {
    for (const cancel of [this.#cancelFlush, this.#cancelWait, this.#cancelWatch, this.#cancelStable, this.#cancelGiveUp]) cancel?.();
    const outbox = this.#outbox;
    this.#outbox = [];
    for (const waiting of outbox) {
      waiting.cancelWait();
      waiting.reject(new DoordarshanError('aborted', 'the meeting is over', { reason }));
    }
    this.#events.closed(reason, error);
  }
}

function unreachable(): DoordarshanError {
  return new DoordarshanError('unavailable', 'the server cannot be reached', { reason: 'connection_lost' });
}

function gone(): DoordarshanError {
  return new DoordarshanError('unavailable', 'the session this belonged to is gone', { reason: 'session_gone' });
}
