// SPDX-License-Identifier: MIT
// A picture of a call in a video element, and a sound in an audio element. What plays in them is the call's business.
import { useEffect, useRef } from 'preact/hooks';

import type { Playable } from '../meeting/call_model';
import { speakerId } from './devices';

export function Picture({ source, class: style }: { source: Playable; class: string }) {
  const ref = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = ref.current;
    if (!video) return;
    video.muted = true;
    source.attach(video);
    return () => source.detach(video);
  }, [source]);
  return <video ref={ref} class={style} muted autoplay playsInline disablePictureInPicture tabIndex={-1} aria-hidden="true" />;
}

export function Sound({ source }: { source: Playable }) {
  const ref = useRef<HTMLAudioElement>(null);
  const speaker = speakerId.value;
  useEffect(() => {
    const audio = ref.current;
    if (!audio) return;
    source.attach(audio);
    return () => source.detach(audio);
  }, [source]);
  useEffect(() => {
    const audio = ref.current;
    if (audio && 'setSinkId' in audio) void audio.setSinkId(speaker).catch(() => {});
  }, [speaker]);
  return <audio ref={ref} autoplay hidden />;
}
