// SPDX-License-Identifier: MIT
// An invented server behind /api/*: the same answers in shape, none of the behaviour. For looking at pages, never for judging the server.
// A plain (request, response) handler, so that the development server and the screenshots' server both use it.

const kNow = Date.now();
const minutesAgo = (minutes) => kNow - minutes * 60_000;
const s = 1_000_000;

const payload = (claims) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2lnbmF0dXJl`;
const allGrants = { publish: ['audio', 'video', 'screenshare'], subscribe: true, data: true, record: true, moderate: true };

export const tokens = {
  operator: payload({ tenant: '_operator', exp: Math.floor(kNow / 1000) + 86_400, grants: { admin: true } }),
  moderator: (meeting) => payload({ tenant: 'default', meeting, name: 'Asha Rao', exp: Math.floor(kNow / 1000) + 86_400, grants: allGrants }),
  participant: (meeting) => payload({ tenant: 'default', meeting, exp: Math.floor(kNow / 1000) + 86_400, grants: { ...allGrants, record: false, moderate: false } }),
  listener: (meeting) => payload({ tenant: 'default', meeting, exp: Math.floor(kNow / 1000) + 86_400, grants: { publish: [], subscribe: true } }),
  expired: (meeting) => payload({ tenant: 'default', meeting, exp: 1_700_000_000, grants: allGrants }),
};

const summary = (id, meeting, minutes, seconds, more = {}) => ({
  recordingId: id, meetingId: meeting, tenant: 'default', state: 'complete', started: new Date(minutesAgo(minutes)).toISOString(), durationUs: seconds * s,
  bytes: seconds * 410_000, participants: 4, tracks: 9, outputs: 5, upload: 'none', local: true, ...more,
});

const recordings = [
  summary('r-live', 'weekly-standup', 12, 724, { state: 'recording', participants: 6, outputs: 0 }),
  summary('r-1', 'design-review', 180, 2712, { upload: 'done' }),
  summary('r-2', 'interview-priya-natarajan-senior-engineer', 60 * 26, 3480, { participants: 3, upload: 'waiting' }),
  summary('r-3', 'all-hands', 60 * 24 * 3, 5025, { participants: 118, tracks: 131 }),
  summary('r-4', 'board', 60 * 24 * 6, 1210, { state: 'interrupted', participants: 5 }),
  summary('r-5', 'townhall-2025', 60 * 24 * 400, 4100, { participants: 240, upload: 'done', local: false }),
];

const people = [['asha', 'Asha Rao'], ['bela', 'Bela Kovács'], ['chidi', 'Chidi Okafor'], ['dana', 'Dana Lindqvist']];

function manifestOf(recording) {
  const end = recording.durationUs;
  const track = (participant, kind, codec, startUs, toUs, gaps = [], size = {}) => ({
    track: `${participant}-${kind}-0c7e9a41`, participant, kind, producer: `${participant}-${kind}`, codec, gaps,
    files: [{ file: `tracks/${participant}-${kind}-0c7e9a41.001.mkv`, part: 1, startUs, durationUs: toUs - startUs, bytes: Math.round((toUs - startUs) * (kind === 'audio' ? 0.006 : 0.12)), ...size }],
  });
  const hd = { width: 1280, height: 720 };
  return {
    version: 1, recording: recording.recordingId, tenant: 'default', meeting: recording.meetingId, state: recording.state, started: recording.started, durationUs: end,
    parts: [{ part: 1, fromUs: 0, toUs: end, end: 'stopped' }],
    missing: recording.state === 'interrupted' ? [{ fromUs: 0.5 * end, toUs: 0.54 * end, reason: 'crash' }] : [],
    participants: people.map(([participant, name]) => ({ participant, name })),
    tracks: [
      track('asha', 'audio', 'opus', 0, end),
      track('asha', 'video', 'vp8', 2 * s, end, [{ fromUs: 0.42 * end, toUs: 0.47 * end, reason: 'paused' }], hd),
      track('asha', 'screenshare', 'vp8', 0.2 * end, 0.58 * end, [], { width: 1920, height: 1080 }),
      track('bela', 'audio', 'opus', 21 * s, end, [{ fromUs: 0.7 * end, toUs: 0.705 * end, reason: 'loss' }]),
      track('bela', 'video', 'h264', 22 * s, end, [{ fromUs: 0.7 * end, toUs: 0.712 * end, reason: 'loss' }, { fromUs: 0.712 * end, toUs: 0.714 * end, reason: 'key_frame' }], hd),
      track('chidi', 'audio', 'opus', 140 * s, 0.9 * end),
      track('chidi', 'video', 'vp9', 141 * s, 0.9 * end, [{ fromUs: 0.3 * end, toUs: 0.4 * end, reason: 'paused' }], hd),
      track('dana', 'audio', 'opus', 0.35 * end, end),
    ],
    outputs: recording.outputs === 0 ? [] : [
      { mode: 'composite', layout: 'grid', width: 1280, height: 720, fps: 25, file: 'composite/grid.mp4', startUs: 0, durationUs: end, bytes: 210e6 },
      ...people.map(([participant]) => ({ mode: 'participant', participant, kind: 'video', file: `participants/${participant}.001.webm`, startUs: 0, durationUs: end, bytes: 80e6 })),
    ],
  };
}

function timelineOf(recording) {
  const end = recording.durationUs;
  const lines = [{ t: 0, type: 'recording', version: 1, recording: recording.recordingId, tenant: 'default', meeting: recording.meetingId, started: recording.started, fill: 'black' }];
  const order = ['asha', 'bela', 'asha', '', 'chidi', 'asha', 'dana', 'bela', '', 'asha'];
  for (let i = 0; i < 34; ++i) lines.push({ t: Math.round((end * (i + 0.3 * Math.sin(i * 7))) / 34 + 1), type: 'speaker', participant: order[(i * 3) % order.length] });
  return lines.map((line) => JSON.stringify(line)).join('\n') + '\n';
}

const filesOf = (manifest) => [
  ...['manifest.json', 'timeline.jsonl'].map((file) => ({ file, bytes: 18_000, local: true })),
  ...manifest.tracks.flatMap((track) => track.files).map(({ file, bytes }) => ({ file, bytes, local: true })),
  ...manifest.outputs.map(({ file, bytes }) => ({ file, bytes, local: true })),
];

let asked = 0;
const jobsOf = (recording) =>
  recording.recordingId === 'r-1'
    ? [
        { jobId: 'j-2', kind: 'compose', layout: 'speaker', state: 'running', percent: Math.min(99, 41 + asked++ * 2), speed: 3.4, etaSeconds: 470, file: 'composite/speaker.mp4' },
        { jobId: 'j-1', kind: 'compose', layout: 'grid', state: 'done', percent: 100, speed: 3.6, etaSeconds: null, file: 'composite/grid.mp4' },
      ]
    : [];

const worker = (i, alive = true) => ({ workerId: `w-${i}`, alive, consumers: 40 + 13 * i, transports: 12 + i, busyPercent: 22 + 9 * i });
const server = (name, more) => ({
  server: name, host: `${name}.media.example.org`, origin: 'http://10.0.0.7:3001', pool: 'default', alive: true, draining: false, heartbeat: Date.now() - 800, capacity: 400, participants: 142,
  reserved: 180, meetings: 21, cpuPercent: 38, workers: [worker(0), worker(1), worker(2), worker(3)], ...more,
});
const servers = () => [
  server('media-1', {}),
  server('media-2', { participants: 351, meetings: 44, cpuPercent: 88, workers: [worker(0), worker(1), worker(2), worker(3, false)] }),
  server('media-3', { draining: true, participants: 12, meetings: 2, cpuPercent: 6 }),
  server('10.20.30.44-1795940829354358034', { host: '10.20.30.44', alive: false, heartbeat: minutesAgo(14), participants: 0, meetings: 0, cpuPercent: 0 }),
];

function load(minutes) {
  const wave = (i, a, b, c) => Math.max(0, a + b * Math.sin(i / 9 + c) + b * 0.4 * Math.sin(i / 2.3 + c * 3));
  const series = (name, a, b, c, hole) => ({
    server: name,
    points: Array.from({ length: 120 }, (_, i) => ({ time: Date.now() - ((119 - i) * minutes * 60_000) / 120, cpuPercent: Math.round(wave(i, a, b, c)), participants: Math.round(wave(i, a * 4, b * 4, c)), meetings: Math.round(wave(i, a / 2, b / 2, c)) })).filter((_, i) => i < hole[0] || i > hole[1]),
  });
  return [series('media-1', 36, 9, 0, [-1, -1]), series('media-2', 70, 14, 2, [60, 74]), series('media-3', 14, 8, 4, [-1, -1])];
}

const meetings = [
  ['weekly-standup', 'default', 'media-1', 25, 0, false, 0, 34], ['design-review', 'default', 'media-2', 25, 12, true, 1, 51], ['lecture-42', 'university', 'media-2', 400, 0, false, 0, 8],
  ['consultation-7781', 'clinic', 'media-1', 4, 4, true, 0, 3], ['all-hands', 'acme', 'media-3', 250, 0, false, 2, 96],
].map(([meeting, tenant, name, size, limit, locked, moves, minutes]) => ({ meeting, tenant, server: name, size, limit, locked, moves, created: minutesAgo(minutes) }));

const tenants = [
  { tenant: 'acme', name: 'Acme Industries', suspended: false, created: minutesAgo(90_000), quotas: { meetings: 40, participants: 500, recording_minutes: 6000, storage_bytes: 500e9, video_bitrate: 2.5e6 } },
  { tenant: 'clinic', name: 'Riverside Clinic', suspended: false, created: minutesAgo(80_000), quotas: { participants_per_meeting: 6, recording_minutes: 600, storage_bytes: 50e9 } },
  { tenant: 'default', name: 'Default', suspended: false, created: minutesAgo(100_000), quotas: {} },
  { tenant: 'trial-8812', name: 'Trial of M. Haddad', suspended: true, created: minutesAgo(30_000), quotas: { meetings: 1, participants: 5, recording_minutes: 30 } },
  { tenant: 'university', name: 'University of Lucknow', suspended: false, created: minutesAgo(70_000), quotas: { participants: 2000, recording_minutes: 30_000 } },
];
const used = { acme: [4_100_000, 1.9e12, 6.4e12, 331_000, 1.8e14], clinic: [910_000, 3e11, 3.2e11, 33_900, 1.1e13], default: [52_000, 2e10, 6e10, 7300, 9e11], university: [22_000_000, 8.8e11, 3.1e13, 820_000, 4e14] };
const meters = ['participant_seconds', 'bytes_in', 'bytes_out', 'recording_seconds', 'stored_byte_hours'];
const usage = (tenant) =>
  Object.entries(used).filter(([id]) => !tenant || id === tenant).flatMap(([id, values]) => values.map((value, i) => ({ tenant: id, day: '2026-01-02', meter: meters[i], value })));

const keys = [
  { keyId: '4f7c1c9e-5d2b-4b6e-9a57-8d1f7e0e22aa', algorithm: 'HS256', retires: null },
  { keyId: 'backend-2025', algorithm: 'EdDSA', retires: minutesAgo(60) },
];

export function mockApi({ film, config = {} } = {}) {
  return (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    if (!url.pathname.startsWith('/api/')) return false;
    const answer = (body, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      return true;
    };
    const missing = () => answer({ error: { code: 'not_found', message: 'there is no such thing' } }, 404);
    const path = url.pathname.slice(4);
    if (path === '/config') return answer({ version: '0.1.0', development: true, signaling: '/signaling', publicUrl: '', ...config });
    if (!request.headers.authorization && !url.searchParams.has('access')) return answer({ error: { code: 'unauthorized', message: 'a token is needed' } }, 401);

    const [, area, ...rest] = path.split('/');
    if (area === 'recordings') {
      if (rest.length === 0) return answer({ recordings, next: url.searchParams.has('cursor') ? null : 'more', missingServers: 0 });
      const recording = recordings.find(({ recordingId }) => recordingId === rest[0]);
      if (!recording) return missing();
      const manifest = manifestOf(recording);
      if (rest.length === 1) return request.method === 'DELETE' ? answer({ recordingId: rest[0] }) : answer({ ...recording, files: filesOf(manifest), jobs: jobsOf(recording) });
      if (rest[1] === 'manifest') return answer(manifest);
      if (rest[1] === 'ticket') return answer({ ticket: 'a-ticket', expires: new Date(Date.now() + 3_600_000).toISOString() });
      if (rest[1] === 'compose') return answer({ jobId: 'j-9' }, 202);
      if (rest.at(-1) === 'timeline.jsonl') {
        response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(timelineOf(recording));
        return true;
      }
      if (rest[1] === 'files' && film) return sendFilm(request, response, film);
      return missing();
    }
    if (area !== 'admin') return missing();
    if (rest[0] === 'servers') return answer({ servers: servers(), leader: true });
    if (rest[0] === 'load') return answer({ intervalSeconds: 10, series: load(Number(url.searchParams.get('minutes') ?? 60)) });
    if (rest[0] === 'meetings') {
      if (rest.length === 1) return answer({ meetings, next: null });
      const meeting = meetings.find((each) => each.meeting === decodeURIComponent(rest[1]));
      if (!meeting) return missing();
      const producers = (...kinds) => kinds.map((kind) => ({ producerId: kind, kind, paused: kind === 'video' }));
      return answer({ ...meeting, reachable: true, participants: people.map(([participantId, name], i) => ({ participantId, name, producers: producers(...['audio', 'video', 'screenshare'].slice(0, 1 + (i % 3))) })) });
    }
    if (rest[0] === 'usage' || rest[2] === 'usage') {
      const of = rest[0] === 'usage' ? null : rest[1];
      if (url.searchParams.get('format') !== 'csv') return answer({ usage: usage(of) });
      response.writeHead(200, { 'content-type': 'text/csv' }).end(`tenant,day,meter,value\r\n${usage(of).map((row) => Object.values(row).join(',')).join('\r\n')}\r\n`);
      return true;
    }
    if (rest[0] === 'tokens') return answer({ token: tokens.moderator('new-meeting'), link: `http://${request.headers.host}/m/amber-lotus-204#token=${tokens.moderator('amber-lotus-204')}`, expires: kNow + 3_600_000 });
    if (rest[0] === 'tenants') {
      if (rest.length === 1) return request.method === 'POST' ? answer(tenants[0], 201) : answer({ tenants });
      const tenant = tenants.find((each) => each.tenant === rest[1]);
      if (!tenant) return missing();
      if (rest[2] === 'keys') return request.method === 'POST' ? answer({ keyId: 'a81f0f6e', algorithm: 'HS256', retires: null, secret: 'bm90LWEtcmVhbC1zZWNyZXQtb25seS1mb3ItcGljdHVyZXM' }, 201) : answer({ keys });
      return answer(rest[2] === 'quotas' ? { quotas: tenant.quotas } : tenant);
    }
    return missing();
  };
}

function sendFilm(request, response, film) {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const from = range ? Number(range[1]) : 0;
  const to = range?.[2] ? Math.min(film.length - 1, Number(range[2])) : film.length - 1;
  const headers = { 'content-type': 'video/webm', 'accept-ranges': 'bytes', 'content-length': to - from + 1, ...(range ? { 'content-range': `bytes ${from}-${to}/${film.length}` } : {}) };
  response.writeHead(range ? 206 : 200, headers).end(film.subarray(from, to + 1));
  return true;
}
