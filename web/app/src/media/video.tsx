// SPDX-License-Identifier: MIT
// A track as a picture. Always muted: sound has its own elements (RemoteAudio), so that pictures may come and go.
import { useEffect, useRef } from 'preact/hooks';

export function TrackVideo({ track, class: style, label }: { track: MediaStreamTrack; class?: string; label?: string }) {
  const ref = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = ref.current;
    if (!video) return;
    video.srcObject = new MediaStream([track]);
    void video.play().catch(() => {});
    return () => {
      video.srcObject = null;
    };
  }, [track]);
  return <video ref={ref} class={style} muted autoplay playsInline disablePictureInPicture aria-label={label} tabIndex={-1} />;
}
