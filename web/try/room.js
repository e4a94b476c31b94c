// SPDX-License-Identifier: MIT
// One person's side of one call: joins by the server's public API, publishes, follows the event stream to receive what
// others publish, and rebuilds its transports when they are lost. It tells the page what to show through events and owns
// no element. Steps that change the call run one after the other (#serial), so that news cannot overtake a repair.
import { Device } from 'mediasoup-client';

import * as api from './api.js';
import { randomId } from './identity.js';

const simulcast = [
  { scaleResolutionDownBy: 4, maxBitrate: 150_000, scalabilityMode: 'L1T3' },
  { scaleResolutionDownBy: 2, maxBitrate: 500_000, scalabilityMode: 'L1T3' },
  { scaleResolutionDownBy: 1, maxBitrate: 1_500_000, scalabilityMode: 'L1T3' },
];

const repairDelays = [0, 300, 1000, 2000, 4000]; // milliseconds before each attempt; the last one repeats

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Events: person {participantId}, left {participantId}, track {participantId, kind, track}, untrack {participantId, kind},
// muted {participantId, kind, muted}, speaker {participantId}, state {state, protocol, roundTripMs}, notice {text, kind}.
export class Room extends EventTarget {
  #device;
  #send;
  #receive;
  #events;
  #routers;
  #workerId;
  #queue = Promise.resolve();
  #consumers = new Map(); // `${participantId} ${kind}` -> mediasoup-client Consumer
  #producers = new Map(); // kind -> mediasoup-client Producer
  #tracks = new Map(); // kind -> MediaStreamTrack, or null while switched off
  #paused = new Map(); // kind -> whether the others get nothing of it
  #owner = new Map(); // producer id -> participant id
  #broken = false;
  #gone = false;
  #spatialLayer = 2;
  #timer;

  constructor({ room, participantId, tcpOnly }) {
    super();
    this.me = { meetingId: room, participantId };
    this.instanceId = randomId();
    this.tcpOnly = tcpOnly;
  }

  async join(tracks) {
    for (const [kind, track] of Object.entries(tracks)) if (track) this.#tracks.set(kind, track);
    await api.get('/v1/server'); // an event stream would try for ever to reach a server that is not there
    await this.#follow();
    await this.#serial(() => this.#build()); // news that arrives meanwhile waits behind it
    this.#timer = setInterval(() => this.#report(), 2000);
    void this.#report();
  }

  leave() {
    this.#end();
    return api.post('leaveMeeting', { ...this.me, instanceId: this.instanceId }).catch(() => {});
  }

  // The tab is closing.
  vanish() {
    if (this.#gone) return;
    api.farewell('leaveMeeting', { ...this.me, instanceId: this.instanceId });
    this.#end();
  }

  // A new track starts or replaces what is sent; null stops it, and others are told.
  setTrack(kind, track) {
    return this.#serial(async () => {
      this.#tracks.set(kind, track);
      this.#paused.set(kind, track === null);
      const producer = this.#producers.get(kind);
      if (!producer) {
        if (track) await this.#publish(kind);
        return;
      }
      await producer.replaceTrack({ track });
      await this.#tellPaused(kind, track === null);
    });
  }

  // Keeps the track (a microphone is wanted back at once) and sends nothing of it.
  setMuted(kind, muted) {
    return this.#serial(async () => {
      this.#paused.set(kind, muted);
      const producer = this.#producers.get(kind);
      if (!producer) return;
      if (muted) producer.pause();
      else producer.resume();
      await this.#tellPaused(kind, muted);
    });
  }

  // How much of everyone's picture is worth receiving: 2 is the whole, 0 a quarter of its width.
  prefer(spatialLayer) {
    if (spatialLayer === this.#spatialLayer) return;
    this.#spatialLayer = spatialLayer;
    for (const consumer of this.#consumers.values()) this.#applyLayers(consumer);
  }

  #say(type, detail = {}) {
    this.dispatchEvent(Object.assign(new Event(type), detail));
  }

  #serial(step) {
    const done = this.#queue.then(() => (this.#gone ? undefined : step()));
    this.#queue = done.catch(() => {});
    return done;
  }

  // ---- building and repairing ----

  async #build() {
    await this.#enterMeeting();
    const routers = { producerRouterId: this.#routers.producer, consumerRouterId: this.#routers.consumer };
    // None of the three needs an answer of the others.
    const [{ producerRtpCapabilities }, sending, receiving] = await Promise.all([
      api.post('joinMeeting', { ...this.me, ...routers, instanceId: this.instanceId }),
      this.#askFor('send'),
      this.#askFor('receive'),
    ]);
    if (!this.#device) {
      this.#device = await Device.factory();
      await this.#device.load({ routerRtpCapabilities: producerRtpCapabilities });
    }
    this.#open('send', sending);
    this.#open('receive', receiving);
    await this.#consume(receiving.producerDetails);
    for (const kind of this.#tracks.keys()) await this.#publish(kind);
  }

  // Creates the meeting on the least loaded worker when it does not exist yet, and learns its routers.
  async #enterMeeting() {
    const { containerId, workers } = await api.get('/v1/server');
    const [worker] = workers.filter(({ alive }) => alive).sort((a, b) => a.transports - b.transports);
    if (!worker) throw new api.ApiError(503, 'unavailable', 'The server has no media worker at the moment.');
    const { meetingId } = this.me;
    await api.post('createMeeting', { meetingId, containerId, routers: { routerCapacity: 100, workerId: worker.workerId } });
    const { routers } = await api.post('getRoutersOfMeeting', { meetingId });
    const suited = (role) => routers.find((router) => router.role === role || router.role === 'both') ?? routers[0];
    this.#routers = { producer: suited('producer').routerId, consumer: suited('consumer').routerId };
    this.#workerId = suited('consumer').workerId;
  }

  #askFor(direction) {
    const sending = direction === 'send';
    return api.post(sending ? 'recreateProducerTransport' : 'recreateConsumerTransport', {
      ...this.me,
      instanceId: this.instanceId,
      routerId: sending ? this.#routers.producer : this.#routers.consumer,
      tcpOnly: this.tcpOnly,
      forceNew: this.#broken,
    });
  }

  #open(direction, { transportOptions }) {
    const sending = direction === 'send';
    const transport = sending ? this.#device.createSendTransport(transportOptions) : this.#device.createRecvTransport(transportOptions);
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      api.post('connectTransport', { ...this.me, transportId: transport.id, dtlsParameters }).then(() => done(), failed);
    });
    transport.on('produce', ({ rtpParameters, appData }, done, failed) => {
      api
        .post('createProducer', {
          ...this.me,
          instanceId: this.instanceId,
          kind: appData.kind,
          rtpParameters,
          producerRouterId: this.#routers.producer,
          producerTransportId: transport.id,
          consumerRouterIds: [],
          startRecording: false,
        })
        .then(({ producerId }) => done({ id: producerId }), failed);
    });
    transport.on('connectionstatechange', (state) => this.#onState(transport, state));
    if (sending) this.#send = transport;
    else this.#receive = transport;
  }

  async #publish(kind) {
    const track = this.#tracks.get(kind);
    if (!track) return;
    const options = { track, stopTracks: false, appData: { kind } };
    if (kind === 'video') Object.assign(options, { encodings: simulcast, codecOptions: { videoGoogleStartBitrate: 1000 } });
    else options.codecOptions = { opusDtx: true, opusFec: true };
    const producer = await this.#send.produce(options);
    this.#producers.set(kind, producer);
    if (this.#paused.get(kind)) {
      producer.pause();
      await this.#tellPaused(kind, true);
    }
  }

  #tellPaused(kind, paused) {
    const { id } = this.#producers.get(kind);
    return api.post(paused ? 'pauseProducer' : 'resumeProducer', { ...this.me, producerKindMap: { [id]: kind } });
  }

  async #consume(details) {
    const targets = {};
    for (const { producerId, participantId, kind } of details) {
      if (participantId === this.me.participantId) continue;
      this.#owner.set(producerId, participantId);
      (targets[participantId] ??= {})[kind] = producerId;
    }
    if (Object.keys(targets).length === 0) return;
    const { consumerDetails } = await api.post('createConsumer', {
      ...this.me,
      instanceId: this.instanceId,
      transportId: this.#receive.id,
      rtpCapabilities: this.#device.recvRtpCapabilities,
      targetParticipants: targets,
    });
    for (const { consumerId, producerId, targetParticipantId: participantId, kind, rtpParameters, producerPaused } of consumerDetails) {
      const key = `${participantId} ${kind}`;
      const known = this.#consumers.get(key);
      if (known?.id === consumerId && !known.closed) continue;
      known?.close();
      const consumer = await this.#receive.consume({
        id: consumerId,
        producerId,
        kind: kind === 'audio' ? 'audio' : 'video',
        rtpParameters,
        streamId: participantId, // sound and picture of one person are played in step
      });
      this.#consumers.set(key, consumer);
      this.#applyLayers(consumer);
      this.#say('track', { participantId, kind, track: consumer.track });
      this.#say('muted', { participantId, kind, muted: producerPaused === true });
    }
  }

  // A producer that is gone again is no news; one that cannot be had now is asked for again.
  async #consumeNew(detail, attempt = 0) {
    try {
      await this.#consume([detail]);
    } catch (error) {
      if (error.status === 404 || attempt >= 3) return;
      setTimeout(() => this.#quietly(() => this.#consumeNew(detail, attempt + 1)), 500 * 2 ** attempt);
    }
  }

  #applyLayers(consumer) {
    if (consumer.kind !== 'video' || this.#spatialLayer === consumer.appData.spatialLayer) return;
    consumer.appData.spatialLayer = this.#spatialLayer;
    const wanted = { ...this.me, consumerId: consumer.id, spatialLayer: this.#spatialLayer };
    api.post('setPreferredLayers', wanted).catch(() => {}); // the picture is merely larger or smaller than it could be
  }

  // The same calls as at first; repeated until they succeed or the person leaves.
  #repair(reason) {
    if (this.#broken || this.#gone) return;
    this.#broken = true;
    this.#say('state', { state: 'connecting' });
    void this.#serial(async () => {
      for (let attempt = 0; !this.#gone; ++attempt) {
        await pause(repairDelays[Math.min(attempt, repairDelays.length - 1)]);
        this.#tearDown();
        try {
          await this.#build();
          this.#broken = false;
          this.#say('notice', { text: '' });
          return;
        } catch (error) {
          this.#say('notice', { text: `${reason} Trying again… (${error.message})`, kind: 'warning' });
        }
      }
    });
  }

  #tearDown() {
    for (const key of this.#consumers.keys()) {
      const [participantId, kind] = key.split(' ');
      this.#say('untrack', { participantId, kind });
    }
    this.#consumers.clear();
    this.#producers.clear();
    this.#owner.clear();
    this.#send?.close();
    this.#receive?.close();
  }

  #end() {
    this.#gone = true;
    clearInterval(this.#timer);
    this.#events?.close();
    this.#tearDown();
  }

  #onState(transport, state) {
    if (this.#gone || this.#broken || (transport !== this.#send && transport !== this.#receive)) return;
    if (state === 'failed') this.#repair('The connection was lost.');
    if (state === 'disconnected') void this.#restartIce(transport);
    void this.#report();
  }

  // A changed network: new candidates under the same transport, which is quicker than a new one when it works.
  async #restartIce(transport) {
    await pause(1500);
    if (transport.closed || transport.connectionState !== 'disconnected') return;
    try {
      const { result } = await api.post('restartIce', { ...this.me, transportIds: [transport.id] });
      if (result[transport.id]) await transport.restartIce({ iceParameters: result[transport.id] });
      else this.#repair('The connection was lost.');
    } catch {
      // the transport will fail by itself, and is repaired then
    }
  }

  // ---- news ----

  // Resolves when the stream is open: whatever happens from then on is told, so joining afterwards misses nobody.
  #follow() {
    return new Promise((resolve, reject) => {
      const events = new EventSource(`/v1/events?meetingId=${encodeURIComponent(this.me.meetingId)}`);
      this.#events = events;
      events.onopen = () => resolve();
      events.onerror = () => {
        if (events.readyState === EventSource.CLOSED) {
          reject(new api.ApiError(0, 'unreachable', 'The server refuses to tell what happens in the room.'));
          if (!this.#gone) setTimeout(() => this.#follow().then(() => this.#repair('The server was away.'), () => {}), 2000);
        }
      };
      const on = (type, handle) => events.addEventListener(type, (event) => handle(JSON.parse(event.data)));
      on('participant.joined', ({ participantId }) => this.#isOther(participantId) && this.#say('person', { participantId }));
      on('participant.left', (news) => this.#onLeft(news));
      on('producer.created', ({ producerId, participantId, kind }) => {
        if (this.#isOther(participantId)) this.#quietly(() => this.#consumeNew({ producerId, participantId, kind }));
      });
      on('producer.closed', ({ producerId, participantId, kind }) => this.#onClosed(producerId, participantId, kind));
      on('producer.paused', ({ participantId, kind }) => this.#isOther(participantId) && this.#say('muted', { participantId, kind, muted: true }));
      on('producer.resumed', ({ participantId, kind }) => this.#isOther(participantId) && this.#say('muted', { participantId, kind, muted: false }));
      on('speaker.active', ({ producerId, participantId }) =>
        this.#say('speaker', { participantId: participantId || this.#owner.get(producerId) }),
      );
      on('transport.failed', ({ transportId }) => {
        if (transportId === this.#send?.id || transportId === this.#receive?.id) this.#repair('The connection was lost.');
      });
      on('worker.died', ({ workerId }) => {
        if (workerId === this.#workerId) this.#repair('The media worker was lost.');
      });
      on('meeting.ended', () => this.#repair('The meeting was ended.'));
      on('server.draining', () => this.#say('notice', { text: 'The server is about to stop. The call will end soon.', kind: 'warning' }));
      on('resync', () => this.#repair('The connection was lost.'));
    });
  }

  #isOther(participantId) {
    return participantId && participantId !== this.me.participantId;
  }

  // While a repair is under way it will consume everything there is, so news of single producers can be dropped.
  #quietly(step) {
    void this.#serial(() => (this.#broken ? undefined : step())).catch(() => {});
  }

  #onLeft({ participantId, instanceId }) {
    if (this.#isOther(participantId)) return this.#say('left', { participantId });
    if (instanceId === this.instanceId) this.#repair('The server removed you from the room.');
  }

  #onClosed(producerId, participantId, kind) {
    if (!this.#isOther(participantId)) return;
    this.#quietly(() => {
      const key = `${participantId} ${kind}`;
      const consumer = this.#consumers.get(key);
      if (consumer?.producerId !== producerId) return;
      consumer.close();
      this.#consumers.delete(key);
      this.#owner.delete(producerId);
      this.#say('untrack', { participantId, kind });
    });
  }

  async #report() {
    if (this.#gone || !this.#send) return;
    const states = [this.#send, this.#receive].map((transport) => transport?.connectionState);
    const { protocol, roundTripMs } = await pathOf(this.#send).catch(() => ({}));
    const other = protocol ? {} : await pathOf(this.#receive).catch(() => ({}));
    if (this.#gone || this.#broken) return;
    const state = states.includes('failed') ? 'failed' : states.includes('connected') ? 'connected' : states.includes('connecting') ? 'connecting' : 'idle';
    this.#say('state', { state, protocol: protocol ?? other.protocol, roundTripMs: roundTripMs ?? other.roundTripMs });
  }
}

// Over what a transport really runs.
async function pathOf(transport) {
  const reports = await transport.getStats();
  for (const report of reports.values()) {
    if (report.type !== 'candidate-pair' || report.state !== 'succeeded' || !report.nominated) continue;
    return {
      protocol: reports.get(report.remoteCandidateId)?.protocol?.toUpperCase(),
      roundTripMs: report.currentRoundTripTime === undefined ? undefined : Math.round(report.currentRoundTripTime * 1000),
    };
  }
  return {};
}
