// SPDX-License-Identifier: MIT
// One kind that one participant publishes: what is known of it and what is wished for it. It asks nobody; whoever carries the
// wishes out (media/subscriber.ts, tiles/tiles.ts) is told through its host.
import type { Kind, Layers, Participant, RemoteTrack } from '../types';

export interface TrackHost {
  /** Wishes changed. */
  wishesChanged(track: RemoteTrackState): void;
  attach(track: RemoteTrackState, element: HTMLMediaElement | undefined): HTMLMediaElement;
  detach(track: RemoteTrackState, element: HTMLMediaElement | undefined): void;
  requestKeyFrame(track: RemoteTrackState): Promise<void>;
  setPriority(track: RemoteTrackState, priority: number): Promise<void>;
}

export class RemoteTrackState implements RemoteTrack {
  readonly participant: Participant;
  readonly kind: Kind;
  producerId: string;
  muted: boolean;
  subscribed: boolean;
  hidden = false;
  mediaStreamTrack: MediaStreamTrack | null = null;
  layers: Layers | null = null;
  /** Layers there are, as far as is known. */
  layerCount = 1;
  /** What the tiles need, or null where no tile decides. */
  tileLayer: number | null = null;
  maxLayer: number | null = null;
  priority: number | null = null;
  /** It is gone on the server and expected back. */
  interrupted = false;
  readonly #host: TrackHost;

  constructor(host: TrackHost, participant: Participant, news: { kind: Kind; producerId: string; paused: boolean }, subscribed: boolean) {
    this.#host = host;
    this.participant = participant;
    this.kind = news.kind;
    this.producerId = news.producerId;
    this.muted = news.paused;
    this.subscribed = subscribed;
  }

  /** The layer to ask for, or null for whatever bandwidth allows. */
  get wantedLayer(): number | null {
    const { tileLayer, maxLayer } = this;
    if (tileLayer === null) return maxLayer;
    return maxLayer === null ? tileLayer : Math.min(tileLayer, maxLayer);
  }

  attach(element?: HTMLMediaElement): HTMLMediaElement {
    return this.#host.attach(this, element);
  }

  detach(element?: HTMLMediaElement): void {
    this.#host.detach(this, element);
  }

  subscribe(): void {
    this.#setSubscribed(true);
  }

  unsubscribe(): void {
    this.#setSubscribed(false);
  }

  setMaxSpatialLayer(layer: number | null): void {
    this.maxLayer = layer === null ? null : Math.max(0, Math.floor(layer));
    this.#host.wishesChanged(this);
  }

  setPriority(priority: number): Promise<void> {
    this.priority = Math.min(255, Math.max(1, Math.round(priority)));
    return this.#host.setPriority(this, this.priority);
  }

  requestKeyFrame(): Promise<void> {
    return this.#host.requestKeyFrame(this);
  }

  #setSubscribed(subscribed: boolean): void {
    if (this.subscribed === subscribed) return;
    this.subscribed = subscribed;
    this.#host.wishesChanged(this);
  }
}
