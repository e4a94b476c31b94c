// SPDX-License-Identifier: MIT
// A server that speaks docs/signaling.md over real sockets and carries no media: enough of a meeting to answer a client, and
// handles for a test to make things happen.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { testFakeParameters } from 'mediasoup-client';
import { WebSocketServer, type WebSocket } from 'ws';

import type { ConsumerNews, JoinAnswer, MediaAnswer, ParticipantNews, TransportParameters } from '../src/protocol';
import type { Kind } from '../src/types';

interface Request {
  readonly id: number;
  readonly method: string;
  // What a client sent, for a test to look at; a test names what it expects there.
  readonly params: Record<string, unknown>;
}

type Reply = { result: unknown } | { error: { code: string; reason?: string; retryAfter?: number; message?: string } };
type Answer = Reply | 'silent' | 'drop';

export class FakeServer {
  readonly requests: Request[] = [];
  participants: ParticipantNews[] = [];
  /** Producers that it is too busy to give. */
  overloaded = new Set<string>();
  socket: WebSocket | null = null;
  sockets = 0;
  seq = 0;
  epoch = 0;
  sessions = 0;
  /** Overrides the next answers to a method. */
  readonly #scripted = new Map<string, Answer[]>();
  readonly #log: { seq: number; text: string }[] = [];
  readonly #http: Server;
  readonly #ws: WebSocketServer;
  #waiting: { method: string; from: number; count: number; resolve: (request: Request) => void }[] = [];
  #ids = 0;
  #capabilities = false;

  private constructor(http: Server) {
    this.#http = http;
    this.#ws = new WebSocketServer({ server: http, path: '/signaling' });
    this.#ws.on('connection', (socket) => this.#accept(socket));
  }

  static async start(port = 0): Promise<FakeServer> {
    const http = createServer();
    const server = new FakeServer(http);
    http.listen(port, '127.0.0.1');
    await once(http, 'listening');
    return server;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}/signaling`;
  }

  async stop(): Promise<void> {
    for (const client of this.#ws.clients) client.terminate();
    this.#ws.close();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  answer(method: string, ...answers: Answer[]): void {
    this.#scripted.set(method, [...(this.#scripted.get(method) ?? []), ...answers]);
  }

  /** The `count`th request of a method after the first `from` requests. */
  received(method: string, from = 0, count = 1): Promise<Request> {
    const known = this.requests.slice(from).filter((request) => request.method === method);
    const [found] = known.slice(count - 1);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => this.#waiting.push({ method, from, count, resolve }));
  }

  of(method: string, from = 0): Request[] {
    return this.requests.slice(from).filter((request) => request.method === method);
  }

  /** News that is kept for resuming. */
  notify(method: string, params: object): void {
    this.seq += 1;
    const text = JSON.stringify({ jsonrpc: '2.0', method, params: { ...params, seq: this.seq } });
    this.#log.push({ seq: this.seq, text });
    this.socket?.send(text);
  }

  /** A reading. */
  read(method: string, params: object): void {
    this.socket?.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }

  raw(text: string): void {
    this.socket?.send(text);
  }

  /** Ends the socket: with a code, or as a cable is cut. */
  drop(code?: number): void {
    const { socket } = this;
    this.socket = null;
    if (code === undefined) socket?.terminate();
    else socket?.close(code);
  }

  join(participant: string, producers: readonly Kind[] = []): ParticipantNews {
    const news = this.person(participant, producers);
    this.participants.push(news);
    this.notify('participant.joined', news);
    return news;
  }

  person(participantId: string, producers: readonly Kind[] = []): ParticipantNews {
    return {
      participantId,
      name: participantId,
      metadata: {},
      moderator: false,
      joinedAt: 1_795_000_000_000,
      connected: true,
      producers: producers.map((kind) => ({ producerId: `${participantId}-${kind}-1`, kind, paused: false })),
      dataProducers: [],
    };
  }

  media(): MediaAnswer {
    this.epoch += 1;
    this.#capabilities = false;
    return {
      epoch: this.epoch,
      rtpCapabilities: testFakeParameters.generateRouterRtpCapabilities(),
      send: this.#transport('send'),
      receive: this.#transport('receive'),
    };
  }

  #transport(direction: string): TransportParameters {
    const { iceParameters, dtlsParameters } = testFakeParameters.generateTransportRemoteParameters();
    const address = '192.0.2.1'; // nobody is there
    const iceCandidates = [{ foundation: 'udp', priority: 1, address, ip: address, protocol: 'udp' as const, port: 40_000, type: 'host' as const }];
    return { id: `${direction}-${this.epoch}`, iceParameters, iceCandidates, dtlsParameters };
  }

  #accept(socket: WebSocket): void {
    this.sockets += 1;
    socket.on('message', (data) => this.#onText(socket, String(data)));
  }

  #onText(socket: WebSocket, text: string): void {
    const { id, method, params } = JSON.parse(text) as Request;
    const request = { id, method, params };
    this.requests.push(request);
    if (method === 'consume') this.#capabilities ||= params['rtpCapabilities'] !== undefined;
    const scripted = this.#scripted.get(method)?.shift();
    if (scripted === 'drop') {
      socket.terminate();
    } else if (scripted !== 'silent') {
      const answer = scripted ?? this.#result(socket, request);
      if ('result' in answer) {
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: answer.result }));
        if (method === 'resume') for (const { seq, text: missed } of this.#log) if (seq > Number(params['lastSeq'])) socket.send(missed);
        if (method === 'leave') socket.close(1000);
      } else {
        const { message = 'refused', ...data } = answer.error;
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message, data } }));
      }
    }
    this.#waiting = this.#waiting.filter((waiting) => {
      const known = this.requests.slice(waiting.from).filter((each) => each.method === waiting.method);
      const found = known[waiting.count - 1];
      if (found !== undefined) waiting.resolve(found);
      return found === undefined;
    });
  }

  #result(socket: WebSocket, request: Request): Reply {
    const { method, params } = request;
    switch (method) {
      case 'join':
        this.socket = socket;
        this.sessions += 1;
        return { result: this.#joined() };
      case 'resume':
        if (params['sessionId'] !== `session-${this.sessions}`) return { error: { code: 'not_found', reason: 'session_gone' } };
        this.socket = socket;
        return { result: { seq: this.seq, missed: this.seq - Number(params['lastSeq']) } };
      case 'media.open':
        return { result: this.media() };
      case 'transport.restartIce': {
        const { iceParameters } = testFakeParameters.generateTransportRemoteParameters();
        return { result: { iceParameters: Object.fromEntries((params['transportIds'] as string[]).map((id) => [id, iceParameters])) } };
      }
      case 'produce':
        if (params['transportId'] !== `send-${this.epoch}`) return { error: { code: 'not_found' } };
        return { result: { producerId: `me-${String(params['kind'])}-${++this.#ids}` } };
      case 'consume':
        return this.#consume(params);
      case 'consumer.setLayers':
        return { result: { layers: { spatialLayer: params['spatialLayer'] } } };
      case 'message.send':
        return { result: { messageId: `message-${++this.#ids}` } };
      case 'recording.start':
        return { result: { recordingId: 'rec-1' } };
      case 'moderate.mute':
        return { result: { muted: params['kinds'] } };
      case 'ping':
        return { result: { time: 0 } };
      default:
        return { result: {} };
    }
  }

  #joined(): JoinAnswer {
    return {
      sessionId: `session-${this.sessions}`,
      resumeToken: 'again', // not a secret
      seq: this.seq,
      tenant: 'default',
      meeting: { id: 'standup', locked: false, startedAt: 1_795_000_000_000, recording: null },
      me: {
        participantId: 'me',
        name: 'Me',
        metadata: {},
        grants: { publish: ['audio', 'video', 'screenshare'], subscribe: true, data: true, record: true, moderate: true },
      },
      participants: this.participants,
      iceServers: [],
      limits: { messageBytes: 4096, metadataBytes: 2048, publishBitrate: { audio: 128_000, video: 2_500_000, screenshare: 4_000_000 } },
      media: this.media(),
    };
  }

  #consume(params: Record<string, unknown>): Reply {
    if (!this.#capabilities) return { error: { code: 'invalid_argument', message: 'no capabilities are known' } };
    const consumers: ConsumerNews[] = [];
    const failed: { producerId: string; code: string; message: string; reason?: string; retryAfter?: number }[] = [];
    for (const producerId of params['producerIds'] as string[]) {
      const owner = this.participants.find(({ producers }) => producers.some((each) => each.producerId === producerId));
      const producer = owner?.producers.find((each) => each.producerId === producerId);
      if (owner === undefined || producer === undefined) {
        failed.push({ producerId, code: 'not_found', message: 'no such producer' });
        continue;
      }
      if (this.overloaded.has(producerId)) {
        failed.push({ producerId, code: 'unavailable', message: 'too much to do', reason: 'worker_overloaded', retryAfter: 5 });
        continue;
      }
      const audio = producer.kind === 'audio';
      const { rtpParameters } = testFakeParameters.generateConsumerRemoteParameters({ codecMimeType: audio ? 'audio/opus' : 'video/VP8' });
      consumers.push({
        consumerId: `consumer-${producerId}-${this.epoch}`,
        producerId,
        participantId: owner.participantId,
        kind: producer.kind,
        rtpParameters: { ...rtpParameters, mid: String(++this.#ids), encodings: [{ ssrc: ++this.#ids, ...(audio ? {} : { scalabilityMode: 'L3T3' }) }] },
        type: audio ? 'simple' : 'simulcast',
        producerPaused: producer.paused,
      });
    }
    return { result: { consumers, failed } };
  }
}
