// SPDX-License-Identifier: MIT
// What the bar, the panels, the tiles and the keyboard do: one set of functions for all of them. What fails is said in a toast.
import type { Signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';

import type { LocalMedia } from '../media/local_media';
import { explainShortly } from '../text/errors';
import { toast } from '../ui/toasts';
import type { Call, Person } from './call_model';

export type Panel = 'chat' | 'people' | null;
export type Question = { type: 'help' } | { type: 'settings' } | { type: 'end' } | { type: 'remove'; person: Person } | null;

export interface CallScreen {
  view: Signal<'grid' | 'speaker'>;
  panel: Signal<Panel>;
  question: Signal<Question>;
  pinned: Signal<string | null>;
}

export type CallActions = ReturnType<typeof makeActions>;

export function useCallActions(call: Call, media: LocalMedia, screen: CallScreen): CallActions {
  return useMemo(() => makeActions(call, media, screen), [call, media, screen]);
}

function makeActions(call: Call, media: LocalMedia, screen: CallScreen) {
  const attempt = (work: Promise<void>, done?: string) =>
    void work.then(
      () => done && toast(done, 'good'),
      (error: unknown) => toast(explainShortly(error), 'bad'),
    );
  const me = () => call.people.value[0];
  const trouble = (kind: 'camera' | 'microphone') => {
    const { trouble } = media[kind];
    if (trouble.value) toast(`${trouble.value.title}. ${trouble.value.advice}`, 'bad');
  };
  const toggle = async (kind: 'camera' | 'microphone') => {
    const device = media[kind];
    // A device that is wanted and not there is tried again, not switched off.
    if (device.on.value && !device.track.value) await device.start();
    else {
      device.toggle();
      if (!device.on.value) return;
    }
    trouble(kind);
  };

  return {
    toggleMicrophone: () => void toggle('microphone'),
    toggleCamera: () => void toggle('camera'),
    toggleScreen() {
      if (!call.grants.publish.includes('screenshare')) return;
      if (me()?.screen) attempt(call.stopScreen());
      else
        call.shareScreen().catch((error: { code?: string; name?: string }) => {
          // Closing the browser's own question is an answer, not a failure.
          if (error.code !== 'denied' && error.name !== 'NotAllowedError') toast(error.code === 'unsupported' ? 'This browser cannot share a screen.' : explainShortly(error), 'bad');
        });
    },
    toggleHand: () => attempt(call.raiseHand(!me()?.hand)),
    toggleRecording() {
      if (!call.grants.record) return;
      attempt(call.recording.value ? call.stopRecording() : call.startRecording());
    },
    toggleView() {
      screen.view.value = screen.view.value === 'grid' ? 'speaker' : 'grid';
      screen.pinned.value = null;
    },
    toggleChat: () => (screen.panel.value = screen.panel.value === 'chat' ? null : 'chat'),
    togglePeople: () => (screen.panel.value = screen.panel.value === 'people' ? null : 'people'),
    closePanel: () => (screen.panel.value = null),
    toggleLock: () => attempt(call.lock(!call.locked.value)),
    mutePerson: (person: Person, kind: 'audio' | 'video' | 'screenshare') => attempt(call.mute(person.id, [kind]), kind === 'audio' ? `${person.name} is muted` : undefined),
    muteAll() {
      const loud = call.people.value.filter((person) => !person.me && person.microphone === 'on');
      if (loud.length === 0) toast('Everybody is muted already.');
      else attempt(Promise.all(loud.map((person) => call.mute(person.id, ['audio']))).then(() => {}), 'Everybody is muted');
    },
    askRemove: (person: Person) => (screen.question.value = { type: 'remove', person }),
    remove(person: Person) {
      screen.question.value = null;
      attempt(call.remove(person.id), `${person.name} was removed`);
    },
    askEnd: () => (screen.question.value = { type: 'end' }),
    endForAll() {
      screen.question.value = null;
      attempt(call.endForAll());
    },
    pin: (key: string | null) => (screen.pinned.value = key),
    showSettings: () => (screen.question.value = { type: 'settings' }),
    showHelp: () => (screen.question.value = { type: 'help' }),
    closeQuestion: () => (screen.question.value = null),
    allowSound: () => attempt(call.allowSound()),
    leave: () => void call.leave().catch(() => {}),
  };
}
