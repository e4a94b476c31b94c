// SPDX-License-Identifier: MIT
// One epoch of media: a device's two transports and how they speak to the server. It never outlives its epoch; the next one
// is another line.
import type { Device, types } from 'mediasoup-client';

import type { MediaAnswer, TransportParameters } from '../protocol';
import type { Session } from '../signaling/session';
import type { Kind } from '../types';
import type { Direction, TransportState } from './paths';

/** What travels with a producer through mediasoup-client. */
export interface ProducerTag extends types.AppData {
  readonly kind: Kind;
  /** How it starts on the server. */
  readonly paused: boolean;
}

export interface LineOptions {
  readonly iceServers: RTCIceServer[];
  readonly iceTransportPolicy: RTCIceTransportPolicy | undefined;
  readonly onState: (direction: Direction, state: TransportState) => void;
}

export class Line {
  readonly epoch: number;
  readonly device: Device;
  readonly send: types.Transport | null;
  readonly receive: types.Transport | null;
  /** The server has been told what this browser can decode. */
  capabilitiesKnown = false;
  #closed = false;

  constructor(device: Device, media: MediaAnswer, session: Session, options: LineOptions) {
    this.epoch = media.epoch;
    this.device = device;
    this.send = media.send === null ? null : device.createSendTransport(parametersOf(media.send, options));
    this.receive = media.receive === null ? null : device.createRecvTransport(parametersOf(media.receive, options));
    if (this.send !== null) this.#wire(this.send, 'send', session, options);
    if (this.receive !== null) this.#wire(this.receive, 'receive', session, options);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Nothing more is sent. What is being received may still be shown for a moment. */
  retire(): void {
    this.#closed = true;
    this.send?.close();
  }

  close(): void {
    this.retire();
    this.receive?.close();
  }

  #wire(transport: types.Transport, direction: Direction, session: Session, options: LineOptions): void {
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      session.request('transport.connect', { transportId: transport.id, dtlsParameters }).then(() => done(), failed);
    });
    transport.on('produce', ({ rtpParameters, appData }, done, failed) => {
      const { kind, paused } = appData as ProducerTag;
      const asked = session.request('produce', { transportId: transport.id, kind, rtpParameters, paused });
      asked.then(({ producerId }) => done({ id: producerId }), failed);
    });
    transport.on('connectionstatechange', (state) => {
      if (!this.#closed) options.onState(direction, state);
    });
  }
}

function parametersOf(parameters: TransportParameters, options: LineOptions): types.TransportOptions {
  return {
    ...parameters,
    iceServers: options.iceServers,
    ...(options.iceTransportPolicy === undefined ? {} : { iceTransportPolicy: options.iceTransportPolicy }),
  };
}
