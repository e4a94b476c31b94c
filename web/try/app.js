// SPDX-License-Identifier: MIT
// The page at /try/: a form to join a room and the controls of the call. What a call is lives in room.js.
import { idOf, randomId } from './identity.js';
import * as devices from './devices.js';
import { People } from './people.js';
import { Room } from './room.js';

const element = (id) => document.getElementById(id);
const form = element('join');
const people = new People(element('people'), (count) => {
  element('alone').hidden = count !== 1;
  room?.prefer(count <= 2 ? 2 : count <= 6 ? 1 : 0);
});

let room = null;
let tracks = { audio: null, video: null };

function notice(text, kind = 'warning') {
  const box = element('notice');
  box.hidden = !text;
  box.dataset.kind = kind;
  box.textContent = text;
}

function status({ state, protocol, roundTripMs }) {
  const words = { connected: 'Connected', connecting: 'Connecting…', failed: 'No connection', idle: 'In the room' };
  const box = element('status');
  box.hidden = !state;
  if (!state) return;
  box.dataset.state = state;
  const path = state === 'connected' && protocol ? ` · ${protocol}${roundTripMs === undefined ? '' : ` · ${roundTripMs} ms`}` : '';
  box.textContent = words[state] + path;
}

function control(id, on, words) {
  const button = element(id);
  button.setAttribute('aria-pressed', String(on));
  button.querySelector('span').textContent = on ? words.on : words.off;
}

const showMicrophone = (on) => control('microphone', on, { on: 'Mute', off: 'Unmute' });
const showCamera = (on) => control('camera', on, { on: 'Stop camera', off: 'Start camera' });

function show(view) {
  element('lobby').hidden = view !== 'lobby';
  element('call').hidden = view !== 'call';
}

async function join({ name, roomName, tcpOnly }) {
  const participantId = idOf(name);
  const { problem, ...opened } = await devices.openAll();
  tracks = opened;
  room = new Room({ room: roomName, participantId, tcpOnly });
  const on = (type, handle) => room.addEventListener(type, handle);
  on('person', (event) => people.add(event.participantId));
  on('left', (event) => people.remove(event.participantId));
  on('track', (event) => people.show(event.participantId, event.kind, event.track));
  on('untrack', (event) => people.show(event.participantId, event.kind, null));
  on('muted', (event) => people.setMuted(event.participantId, event.kind, event.muted));
  on('speaker', (event) => people.setSpeaker(event.participantId));
  on('state', status);
  on('notice', (event) => notice(event.text, event.kind));

  show('call');
  status({ state: 'connecting' });
  notice(problem);
  people.add(participantId, { me: true });
  people.show(participantId, 'video', tracks.video);
  showMicrophone(Boolean(tracks.audio));
  showCamera(Boolean(tracks.video));
  await room.join(tracks);
}

function leave() {
  void room?.leave();
  room = null;
  for (const track of Object.values(tracks)) track?.stop();
  people.clear();
  status({});
  show('lobby');
  element('name').focus();
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button[type="submit"]');
  button.disabled = true;
  button.textContent = 'Joining…'; // for as long as the browser asks for camera and microphone
  notice('');
  const roomName = element('room').value.trim();
  history.replaceState(null, '', `?room=${encodeURIComponent(roomName)}`);
  try {
    await join({ name: element('name').value, roomName, tcpOnly: element('tcp').checked });
  } catch (error) {
    leave();
    notice(error.message, 'error');
  } finally {
    button.disabled = false;
    button.textContent = 'Join';
  }
});

element('leave').addEventListener('click', () => {
  notice('');
  leave();
});

// A click while the last one is still being carried out would only confuse.
function toggle(id, change) {
  const button = element(id);
  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      await change(button.getAttribute('aria-pressed') === 'true');
    } catch (error) {
      notice(error.name === 'NotAllowedError' ? 'This browser was told not to allow it.' : error.message, 'error');
    } finally {
      button.disabled = false;
    }
  });
}

toggle('microphone', async (on) => {
  if (tracks.audio) {
    await room.setMuted('audio', on);
  } else {
    tracks.audio = await devices.open('audio');
    await room.setTrack('audio', tracks.audio);
  }
  people.setMuted(room.me.participantId, 'audio', on);
  showMicrophone(!on);
});

// The camera is given back, so that its light goes out.
toggle('camera', async (on) => {
  tracks.video?.stop();
  tracks.video = on ? null : await devices.open('video');
  await room.setTrack('video', tracks.video);
  people.show(room.me.participantId, 'video', tracks.video);
  showCamera(!on);
});

element('copy').addEventListener('click', async () => {
  await navigator.clipboard?.writeText(location.href);
  element('copy').textContent = 'Copied';
});

window.addEventListener('pagehide', () => room?.vanish());

element('room').value = new URLSearchParams(location.search).get('room') ?? `room-${randomId().slice(0, 4)}`;
element('name').focus();
