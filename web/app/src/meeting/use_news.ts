// SPDX-License-Identifier: MIT
// The call's news as toasts, and what follows from some of them: being muted turns one's own device off, a message counts as unread.
import { useEffect } from 'preact/hooks';

import type { LocalMedia } from '../media/local_media';
import { explain, explainShortly } from '../text/errors';
import { toast } from '../ui/toasts';
import type { Call, CallNews } from './call_model';

export function useNews(call: Call, media: LocalMedia, onMessage: (name: string, text: string) => void) {
  useEffect(() => call.onNews((news) => react(news, media, onMessage)), [call]);
}

function react(news: CallNews, media: LocalMedia, onMessage: (name: string, text: string) => void) {
  switch (news.type) {
    case 'joined':
      return toast(`${news.name} joined`);
    case 'left':
      return toast(`${news.name} left`);
    case 'hand':
      return toast(`${news.name} raised a hand`);
    case 'muted':
      if (news.kinds.includes('audio')) media.microphone.set(false);
      if (news.kinds.includes('video')) media.camera.set(false);
      return toast(news.kinds.includes('audio') ? 'A moderator muted you' : news.kinds.includes('video') ? 'A moderator turned your camera off' : 'A moderator stopped your screen share');
    case 'locked':
      return toast(news.locked ? 'The meeting is locked: nobody else can join' : 'The meeting is open again');
    case 'recording':
      return recordingToast(news.change, news.reason);
    case 'draining':
      return toast('This server is about to stop. You will be moved to another one.');
    case 'problem':
      return toast(explainShortly(news.error), 'bad');
    case 'message':
      return onMessage(news.message.name, news.message.text);
  }
}

function recordingToast(change: (CallNews & { type: 'recording' })['change'], reason: string | undefined) {
  switch (change) {
    case 'started':
      return toast('This meeting is being recorded');
    case 'stopped':
      return toast('The recording has stopped');
    case 'paused':
      return toast('The recording is paused');
    case 'resumed':
      return toast('The recording goes on');
    case 'failed':
      return toast(reason ? `Recording has trouble: ${explain({ reason }).title}` : 'Recording has trouble. The call is not affected.', 'bad');
    case 'composed':
      return toast('The recording is ready to watch', 'good');
  }
}
