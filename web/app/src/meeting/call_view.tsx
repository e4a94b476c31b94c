// SPDX-License-Identifier: MIT
// A running call: head, stage, panel, bar; and the wires between one's own devices and what is sent.
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';

import './call_view.css';
import type { LocalMedia } from '../media/local_media';
import { Sound } from '../media/playable';
import { remember, remembered } from '../media/devices';
import { explainShortly } from '../text/errors';
import { Confirm } from '../ui/dialog';
import { useTitle } from '../ui/page';
import { dismissAbout, toast } from '../ui/toasts';
import { Banners } from './banners';
import { CallHead } from './call_head';
import type { Call } from './call_model';
import { ChatPanel } from './chat_panel';
import { ControlBar } from './control_bar';
import { follow } from './follow';
import { HelpDialog } from './help_dialog';
import { PeoplePanel } from './people_panel';
import { SettingsDialog } from './settings_dialog';
import { useShortcuts } from './shortcuts';
import { Stage } from './stage';
import { useCallActions, type CallScreen, type Panel, type Question } from './use_call_actions';
import { useNews } from './use_news';

export function CallView({ call, media, meeting }: { call: Call; media: LocalMedia; meeting: string }) {
  const view = useSignal<'grid' | 'speaker'>(remembered('view') === 'speaker' ? 'speaker' : 'grid');
  const panel = useSignal<Panel>(null);
  const question = useSignal<Question>(null);
  const pinned = useSignal<string | null>(null);
  const unread = useSignal(0);
  const screen = useMemo<CallScreen>(() => ({ view, panel, question, pinned }), []);
  const actions = useCallActions(call, media, screen);

  useTitle(unread.value > 0 ? `(${unread.value}) ${meeting}` : meeting);
  useEffect(() => remember('view', view.value), [view.value]);
  useEffect(() => {
    if (panel.value !== 'chat') return;
    unread.value = 0;
    dismissAbout('chat');
  }, [panel.value]);
  useNews(call, media, (name, text) => {
    if (panel.value === 'chat') return;
    unread.value += 1;
    toast(`${name}: ${text.length > 80 ? `${text.slice(0, 79)}…` : text}`, 'plain', 'chat');
  });
  useSending(call, media);
  useShortcuts({
    m: actions.toggleMicrophone,
    v: actions.toggleCamera,
    s: actions.toggleScreen,
    h: actions.toggleHand,
    c: actions.toggleChat,
    p: actions.togglePeople,
    l: actions.toggleView,
    '?': actions.showHelp,
  });

  const asked = question.value;
  const tileActions = useMemo(
    () => ({ pin: actions.pin, ...(call.grants.moderate ? { mute: actions.mutePerson, remove: actions.askRemove } : {}) }),
    [actions],
  );
  return (
    <div class="call">
      <CallHead call={call} meeting={meeting} />
      <Banners call={call} onAllowSound={actions.allowSound} />
      <main class="call-main" aria-label="Meeting">
        <Stage call={call} view={view.value} pinned={pinned.value} actions={tileActions} />
        {panel.value === 'chat' && <ChatPanel call={call} onClose={actions.closePanel} />}
        {panel.value === 'people' && <PeoplePanel call={call} actions={actions} onClose={actions.closePanel} />}
      </main>
      <ControlBar call={call} media={media} actions={actions} view={view.value} panel={panel.value} unread={unread.value} />
      {call.people.value.map((person) => person.sound && <Sound key={person.id} source={person.sound} />)}
      {asked?.type === 'help' && <HelpDialog onClose={actions.closeQuestion} />}
      {asked?.type === 'settings' && <SettingsDialog call={call} media={media} onClose={actions.closeQuestion} />}
      {asked?.type === 'end' && (
        <Confirm title="End the meeting for everybody?" text="All people leave, and a running recording ends." action="End for all" onConfirm={actions.endForAll} onClose={actions.closeQuestion} />
      )}
      {asked?.type === 'remove' && (
        <Confirm
          title={`Remove ${asked.person.name}?`}
          text="Their link will not let them in again."
          action="Remove"
          onConfirm={() => actions.remove(asked.person)}
          onClose={actions.closeQuestion}
        />
      )}
    </div>
  );
}

// What the devices give is what the call sends; changes follow one another, however fast somebody clicks.
function useSending(call: Call, { camera, microphone }: LocalMedia) {
  const fail = (error: unknown) => {
    if (call.state.value !== 'ended') toast(`Not sent. ${explainShortly(error)}`, 'bad');
  };
  const sendCamera = useMemo(() => follow((track: MediaStreamTrack | null) => call.sendCamera(track), fail), [call]);
  const sendMicrophone = useMemo(() => follow((wish: { track: MediaStreamTrack | null; on: boolean }) => call.sendMicrophone(wish.track, wish.on), fail), [call]);
  useEffect(() => camera.track.subscribe((track) => sendCamera(track)), [call]);
  useEffect(() => {
    const send = () => sendMicrophone({ track: microphone.track.peek(), on: microphone.on.peek() });
    const stops = [microphone.track.subscribe(send), microphone.on.subscribe(send)];
    return () => stops.forEach((stop) => stop());
  }, [call]);
}
