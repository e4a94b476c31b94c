// SPDX-License-Identifier: MIT
// One participant in one tab: mediasoup-client on the browser's side, the server's public API on the other.
// A test drives it through `window.dd` (page.evaluate), so everything taken and answered is plain JSON. It follows no
// events by itself: the test plays the control plane and tells it what to do.
import { Device } from 'mediasoup-client';

const state = {
  api: '',
  who: {},
  device: null,
  send: null,
  receive: null,
  producers: new Map(), // application kind -> mediasoup-client Producer
  consumers: new Map(), // consumer id -> {consumer, element, target, kind}
  dataProducers: new Map(),
  dataConsumers: new Map(),
  messages: [],
  firstFrameAt: null,
};

async function call(route, body) {
  // Without a Content-Type of its own the request needs no preflight, which would cost a round trip per route.
  const response = await fetch(`${state.api}/v1/${route}`, { method: 'POST', body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${route} answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

const me = () => ({ meetingId: state.who.meetingId, participantId: state.who.participantId });
const self = () => ({ ...me(), instanceId: state.who.instanceId });

function wire(transport) {
  transport.on('connect', ({ dtlsParameters }, done, failed) => {
    call('connectTransport', { ...me(), transportId: transport.id, dtlsParameters }).then(() => done(), failed);
  });
  return transport;
}

const askForSend = (options = {}) =>
  call('recreateProducerTransport', {
    ...self(),
    routerId: state.who.producerRouterId,
    oldProducerTransportId: state.send?.id ?? '',
    oldConsumerTransportId: '',
    oldProducerIds: [],
    oldConsumerIds: [],
    ...options,
  });

const askForReceive = (options = {}) =>
  call('recreateConsumerTransport', {
    ...self(),
    routerId: state.who.consumerRouterId,
    oldProducerTransportId: '',
    oldConsumerTransportId: state.receive?.id ?? '',
    oldProducerIds: null,
    oldConsumerIds: null,
    ...options,
  });

// What a bad network in between is told to carry to the worker: every candidate is the network's own port, over UDP.
function through({ transportOptions }, port) {
  if (!port) return { transportOptions };
  const [candidate] = transportOptions.iceCandidates.filter((one) => one.protocol === 'udp');
  return { transportOptions: { ...transportOptions, iceCandidates: [{ ...candidate, ip: '127.0.0.1', address: '127.0.0.1', port }] } };
}

function openSend({ transportOptions }) {
  const transport = wire(state.device.createSendTransport(transportOptions));
  transport.on('produce', ({ rtpParameters, appData }, done, failed) => {
    call('createProducer', {
      ...self(),
      kind: appData.kind,
      rtpParameters,
      producerRouterId: state.who.producerRouterId,
      producerTransportId: transport.id,
      consumerRouterIds: appData.consumerRouterIds ?? [],
      startRecording: appData.startRecording ?? false,
    }).then(({ producerId }) => done({ id: producerId }), failed);
  });
  transport.on('producedata', ({ sctpStreamParameters, label, protocol }, done, failed) => {
    call('createDataProducer', { ...me(), transportId: transport.id, sctpStreamParameters, label, protocol }).then(
      ({ dataProducerId }) => done({ id: dataProducerId }),
      failed,
    );
  });
  state.send = transport;
}

function openReceive({ transportOptions }) {
  state.receive = wire(state.device.createRecvTransport(transportOptions));
}

// The fake camera of Chromium: a moving picture at whatever size is asked for, and a beep every second.
async function track(kind, { width = 640, height = 360, frameRate = 30 } = {}) {
  const wanted = kind === 'audio' ? { audio: true } : { video: { width, height, frameRate } };
  const stream = await navigator.mediaDevices.getUserMedia(wanted);
  return stream.getTracks()[0];
}

// A steady voice-like tone, for what must notice that someone speaks.
function speech() {
  const context = new AudioContext();
  const oscillator = new OscillatorNode(context, { type: 'sawtooth', frequency: 180 });
  const loudness = new GainNode(context, { gain: 0.4 });
  const destination = context.createMediaStreamDestination();
  oscillator.connect(loudness).connect(destination);
  oscillator.start();
  return destination.stream.getAudioTracks()[0];
}

// A track of what is on a canvas whenever it is sent. A frame that nobody has room for is left out.
function paintedPicture(canvas) {
  const picture = new MediaStreamTrackGenerator({ kind: 'video' });
  const frames = picture.writable.getWriter();
  const send = (rotation = 0) => {
    if (frames.desiredSize > 0) frames.write(new VideoFrame(canvas, { timestamp: Math.round(performance.now() * 1000), rotation })).catch(() => {}); // stopped
  };
  return { picture, send };
}

// A picture that flashes and a sound that beeps in the same instant, once a second, for what must notice when they drift apart.
// Every tab does so `phase` seconds after the full second. Both are made and handed over here, by the page's clock alone: a sound card,
// even a false one, loses time for good when a busy machine lets it wait, which is a fault of the source that a recording keeps.
// A flash is at most the 5 ms late that the timer is; a page that got no processor in that moment leaves it out. Sound is never left out.
const kRate = 48_000;
const kPiece = kRate / 100;
let flashAndBeep;
function synchronised(kind, { width = 320, height = 180, frequency = 1000, phase = 0 } = {}) {
  if (!flashAndBeep) {
    const canvas = new OffscreenCanvas(width, height);
    const paint = canvas.getContext('2d', { willReadFrequently: true });
    const { picture, send } = paintedPicture(canvas);
    const sound = new MediaStreamTrackGenerator({ kind: 'audio' });
    const pieces = sound.writable.getWriter();
    const began = performance.now() / 1000;
    const wall = performance.timeOrigin / 1000 + began - phase;
    const first = Math.ceil(wall) - wall; // when it flashes for the first time, in seconds after it began
    let sounded = 0; // samples
    let painted = -Infinity;
    let flash = false;
    setInterval(() => {
      const now = performance.now() / 1000 - began;
      const due = Math.floor((now * kRate - sounded) / kPiece) * kPiece;
      if (due > 0) {
        const data = new Float32Array(due);
        for (let i = 0; i < due; ++i) {
          const time = (sounded + i) / kRate - first;
          if (time >= 0 && time % 1 < 0.1) data[i] = 0.5 * Math.sin(2 * Math.PI * frequency * (time % 1));
        }
        const timestamp = Math.round((began + sounded / kRate) * 1e6);
        pieces.write(new AudioData({ format: 'f32', sampleRate: kRate, numberOfFrames: due, numberOfChannels: 1, timestamp, data })).catch(() => {}); // stopped
        sounded += due;
      }
      // An even 30 pictures a second, of which a flash is three: encoders drop what comes unevenly.
      const frame = Math.floor((now - first) * 30);
      if (frame <= painted) return;
      painted = frame;
      if (frame % 30 === 0) flash = frame >= 0 && now - first - frame / 30 < 0.01;
      else if (frame % 30 > 2) flash = false;
      paint.fillStyle = flash ? '#fff' : '#101';
      paint.fillRect(0, 0, width, height);
      paint.fillStyle = '#456';
      paint.fillRect((now * 50) % width, 0, 4, 4);
      send();
    }, 5);
    flashAndBeep = { picture, sound };
  }
  return kind === 'audio' ? flashAndBeep.sound : flashAndBeep.picture;
}

// A phone that is turned after a while: its sensor goes on seeing white on the left and black on the right, and says how to turn that.
function phone(kind, { width = 640, height = 360, turnedAfter, degrees }) {
  const sensor = new OffscreenCanvas(width, height);
  const paint = sensor.getContext('2d');
  paint.fillStyle = '#fff';
  paint.fillRect(0, 0, width / 2, height);
  paint.fillStyle = '#000';
  paint.fillRect(width / 2, 0, width / 2, height);
  const { picture, send } = paintedPicture(sensor);
  const began = performance.now();
  setInterval(() => send(performance.now() - began < turnedAfter * 1000 ? 0 : degrees), 33);
  return picture;
}

const sources = { speech, flash: synchronised, phone };

const encodingsFor = {
  simulcast: [
    { scaleResolutionDownBy: 4, maxBitrate: 150_000, scalabilityMode: 'L1T3' },
    { scaleResolutionDownBy: 2, maxBitrate: 500_000, scalabilityMode: 'L1T3' },
    { scaleResolutionDownBy: 1, maxBitrate: 1_500_000, scalabilityMode: 'L1T3' },
  ],
};

const capability = (mimeType) =>
  state.device.sendRtpCapabilities.codecs.find((codec) => codec.mimeType.toLowerCase() === mimeType.toLowerCase());

function show(consumer) {
  const element = document.createElement(consumer.kind);
  element.autoplay = true;
  element.playsInline = true;
  element.srcObject = new MediaStream([consumer.track]);
  document.body.append(element);
  element.play().catch(() => {});
  return element;
}

async function transportStats(transport) {
  const reports = [...(await transport.getStats()).values()];
  const carrier = reports.find((report) => report.type === 'transport');
  const pair = reports.find((report) => report.id === carrier?.selectedCandidatePairId);
  const remote = reports.find((report) => report.id === pair?.remoteCandidateId);
  return {
    id: transport.id,
    connectionState: transport.connectionState,
    iceState: carrier?.iceState,
    dtlsState: carrier?.dtlsState,
    protocol: remote?.protocol ?? null,
    port: remote?.port ?? null,
    currentRoundTripTime: pair?.currentRoundTripTime ?? null,
    bytesSent: carrier?.bytesSent ?? 0,
    bytesReceived: carrier?.bytesReceived ?? 0,
    selectedCandidatePairChanges: carrier?.selectedCandidatePairChanges ?? 0,
  };
}

window.dd = {
  capabilities() {
    const mimeTypes = (side) => [...new Set(side.getCapabilities('video').codecs.map((codec) => codec.mimeType))];
    return { send: mimeTypes(RTCRtpSender), receive: mimeTypes(RTCRtpReceiver) };
  },

  // who: {meetingId, participantId, instanceId, producerRouterId, consumerRouterId}; network: the port of a relay to go through
  async join({ api, who, send = true, receive = true, transport = {}, network }) {
    Object.assign(state, { api, who });
    // None of the three needs an answer of the others, so a good client asks them at once.
    const routers = { producerRouterId: who.producerRouterId, consumerRouterId: who.consumerRouterId };
    const [{ producerRtpCapabilities }, sending, receiving, device] = await Promise.all([
      call('joinMeeting', { ...self(), ...routers }),
      send ? askForSend(transport) : null,
      receive ? askForReceive(transport) : null,
      Device.factory(),
    ]);
    state.device = device;
    await device.load({ routerRtpCapabilities: producerRtpCapabilities });
    if (sending) openSend(through(sending, network));
    if (receiving) openReceive(through(receiving, network));
    return { closed: sending?.closedProducerDetails ?? [], producers: receiving?.producerDetails ?? [] };
  },

  // What a client does when it hears that its transports are gone: the same calls as at first, nothing special.
  async recreateTransports(transport = {}) {
    state.send?.close();
    state.receive?.close();
    for (const { element } of state.consumers.values()) element.remove();
    state.producers.clear();
    state.consumers.clear();
    const [sending, receiving] = await Promise.all([askForSend(transport), askForReceive(transport)]);
    openSend(sending);
    openReceive(receiving);
    return { transports: [sending.transportOptions.id, receiving.transportOptions.id], producers: receiving.producerDetails };
  },

  async publish({ kind, codec, simulcast = false, scalabilityMode, maxBitrate, source, consumerRouterIds, startRecording, ...look }) {
    const media = kind === 'audio' ? 'audio' : 'video';
    const options = { track: source ? sources[source](media, look) : await track(media, look), appData: { kind, consumerRouterIds, startRecording } };
    if (codec) options.codec = capability(codec);
    if (simulcast) options.encodings = encodingsFor.simulcast;
    else if (scalabilityMode) options.encodings = [{ scalabilityMode, maxBitrate: maxBitrate ?? 1_500_000 }];
    if (media === 'video') options.codecOptions = { videoGoogleStartBitrate: 1000 };
    const producer = await state.send.produce(options);
    state.producers.set(kind, producer);
    return { producerId: producer.id, codec: producer.rtpParameters.codecs[0].mimeType };
  },

  // targets: {participantId: {kind: producerId}}
  async consume(targets) {
    state.firstFrameAt = null;
    const { consumerDetails } = await call('createConsumer', {
      ...self(),
      transportId: state.receive.id,
      rtpCapabilities: state.device.recvRtpCapabilities,
      targetParticipants: targets,
    });
    return Promise.all(
      consumerDetails.map(async ({ consumerId, producerId, targetParticipantId, kind, rtpParameters }) => {
        const consumer = await state.receive.consume({
          id: consumerId,
          producerId,
          kind: kind === 'audio' ? 'audio' : 'video',
          rtpParameters,
          streamId: targetParticipantId,
        });
        const element = show(consumer);
        if (consumer.kind === 'video') element.requestVideoFrameCallback((now) => (state.firstFrameAt ??= now));
        state.consumers.set(consumerId, { consumer, element, target: targetParticipantId, kind });
        return { consumerId, producerId, target: targetParticipantId, kind };
      }),
    );
  },

  async produceData({ label = 'chat', protocol = '', ordered = true } = {}) {
    const producer = await state.send.produceData({ label, protocol, ordered });
    state.dataProducers.set(producer.id, producer);
    if (producer.readyState !== 'open') await new Promise((resolve) => producer.on('open', resolve));
    return { dataProducerId: producer.id };
  },

  async consumeData(dataProducerId) {
    const answer = await call('createDataConsumer', { ...me(), transportId: state.receive.id, dataProducerId });
    const consumer = await state.receive.consumeData({ ...answer, id: answer.dataConsumerId });
    consumer.on('message', (message) =>
      state.messages.push(typeof message === 'string' ? message : `${message.byteLength ?? message.size} bytes`),
    );
    state.dataConsumers.set(consumer.id, consumer);
    return { dataConsumerId: consumer.id, label: consumer.label };
  },

  sendData: (dataProducerId, message) => state.dataProducers.get(dataProducerId).send(message),
  messages: () => state.messages,

  async restartIce() {
    const transportIds = [state.send.id, state.receive.id];
    const { result } = await call('restartIce', { participantId: state.who.participantId, transportIds });
    await state.send.restartIce({ iceParameters: result[state.send.id] });
    await state.receive.restartIce({ iceParameters: result[state.receive.id] });
    return result;
  },

  async pause(kind) {
    state.producers.get(kind).pause();
  },

  async unpause(kind) {
    state.producers.get(kind).resume();
  },

  ids: () => ({
    send: state.send?.id,
    receive: state.receive?.id,
    producers: Object.fromEntries([...state.producers].map(([kind, producer]) => [kind, producer.id])),
  }),

  transports: async () => ({
    send: state.send && (await transportStats(state.send)),
    receive: state.receive && (await transportStats(state.receive)),
  }),

  // What arrives, by target and kind: {p1: {video: {...}, audio: {...}}}
  async received() {
    const all = {};
    for (const { consumer, target, kind } of state.consumers.values()) {
      const reports = await consumer.getStats();
      const inbound = [...reports.values()].find((report) => report.type === 'inbound-rtp' && report.kind === consumer.kind);
      const codec = reports.get(inbound?.codecId)?.mimeType ?? null;
      (all[target] ??= {})[kind] = {
        codec,
        packets: inbound?.packetsReceived ?? 0,
        framesDecoded: inbound?.framesDecoded ?? 0,
        frameHeight: inbound?.frameHeight ?? 0,
        frameWidth: inbound?.frameWidth ?? 0,
        freezeCount: inbound?.freezeCount ?? 0,
        audioEnergy: inbound?.totalAudioEnergy ?? 0,
        decoder: inbound?.decoderImplementation ?? null,
      };
    }
    return all;
  },

  // For the bench: everything a viewer does from the click to the first picture on the screen, timed in the page.
  async timeToFirstPicture({ api, who, target, kind = 'video' }) {
    const clicked = performance.now();
    const { producers } = await window.dd.join({ api, who, send: false });
    const joined = performance.now();
    let connected = Infinity;
    state.receive.on('connectionstatechange', (connection) => {
      if (connection === 'connected') connected = Math.min(connected, performance.now());
    });
    const wanted = producers.find((producer) => producer.participantId === target && producer.kind === kind);
    if (!wanted) throw new Error(`nobody called ${target} sends ${kind}`);
    await window.dd.consume({ [target]: { [kind]: wanted.producerId } });
    const consumed = performance.now();
    while (state.firstFrameAt === null && performance.now() - clicked < 10_000) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return {
      total: (state.firstFrameAt ?? Infinity) - clicked,
      joined: joined - clicked,
      consumed: consumed - clicked,
      connected: connected - clicked,
    };
  },

  // Both ends' descriptions of both connections, for the test that looks for their secrets in the log.
  descriptions: () =>
    [state.send, state.receive].flatMap(({ handler }) => {
      const { localDescription, remoteDescription } = handler._pc;
      return [localDescription.sdp, remoteDescription.sdp];
    }),

  async leave() {
    const answer = await call('leaveMeeting', {
      ...self(),
      producerTransportId: state.send?.id ?? '',
      consumerTransportId: state.receive?.id ?? '',
      producerIds: null,
      consumerIds: null,
    });
    state.send?.close();
    state.receive?.close();
    return answer;
  },
};
