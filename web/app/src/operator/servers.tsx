// SPDX-License-Identifier: MIT
// The media servers: what each carries now, and what they carried over time.
import { useState } from 'preact/hooks';

import { getLoad, getServers } from '../api/admin';
import type { LoadSeries, Server } from '../api/types';
import { count, formatAgo, formatNumber, toDate } from '../text/format';
import { Failure } from '../ui/failure';
import { ServerIcon } from '../ui/icons';
import { Full, Skeleton } from '../ui/notice';
import { useLoaded } from '../ui/use_loaded';
import { LineChart } from './line_chart';

const kPeriods = [
  { minutes: 60, name: '1 h' },
  { minutes: 360, name: '6 h' },
  { minutes: 1440, name: '24 h' },
];

export function Servers() {
  const servers = useLoaded((signal) => getServers(signal), [], 5000);
  if (servers.value === null) return servers.error != null ? <Failure error={servers.error} onAgain={servers.again} full /> : <Loading />;
  const list = servers.value.servers;
  const alive = list.filter((server) => server.alive);
  return (
    <>
      <h1 class="page-title">Servers</h1>
      {servers.error != null && <Failure error={servers.error} onAgain={servers.again} />}
      <dl class="facts">
        <Fact name="Servers" value={`${alive.length} of ${list.length}`} />
        <Fact name="Meetings" value={formatNumber(sum(alive, (server) => server.meetings))} />
        <Fact name="People" value={formatNumber(sum(alive, (server) => server.participants))} />
        <Fact name="Room for" value={count(sum(alive, (server) => Math.max(0, server.capacity - server.participants)), 'more person', 'more people')} />
      </dl>
      {list.length === 0 && (
        <Full icon={<ServerIcon size={30} />} title="No media server">
          Start one with this database, and it appears here.
        </Full>
      )}
      <ul class="servers">
        {list.map((server) => (
          <ServerCard key={server.server} server={server} />
        ))}
      </ul>
      <Load />
    </>
  );
}

function Load() {
  const [minutes, setMinutes] = useState(60);
  const load = useLoaded((signal) => getLoad(minutes, signal), [minutes], 15_000);
  const to = Date.now();
  const from = to - minutes * 60_000;
  const series = (load.value?.series ?? []).filter(({ points }) => points.length > 0);
  const lines = (pick: (point: LoadSeries['points'][number]) => number) =>
    series.map(({ server, points }) => ({ name: server, points: points.map((point) => ({ time: toDate(point.time)?.getTime() ?? 0, value: pick(point) })) }));
  return (
    <section aria-labelledby="load">
      <div class="section-head">
        <h2 id="load">Load over time</h2>
        <div class="segmented" role="group" aria-label="Period">
          {kPeriods.map((period) => (
            <button key={period.minutes} type="button" aria-pressed={period.minutes === minutes} onClick={() => setMinutes(period.minutes)}>
              {period.name}
            </button>
          ))}
        </div>
      </div>
      {load.error != null && <Failure error={load.error} onAgain={load.again} />}
      <div class="charts">
        <LineChart title="Processor" unit="%" series={lines((point) => point.cpuPercent)} from={from} to={to} least={100} />
        <LineChart title="People" unit="people" series={lines((point) => point.participants)} from={from} to={to} least={4} />
        <LineChart title="Meetings" unit="meetings" series={lines((point) => point.meetings)} from={from} to={to} least={4} />
      </div>
    </section>
  );
}

function ServerCard({ server }: { server: Server }) {
  const seen = toDate(server.heartbeat);
  const share = server.capacity > 0 ? (100 * server.participants) / server.capacity : 0;
  const up = server.workers.filter((worker) => worker.alive).length;
  const busiest = Math.max(0, ...server.workers.map((worker) => worker.busyPercent ?? 0));
  return (
    <li class="card server">
      <div class="server-head">
        <h2>{server.server}</h2>
        <ServerState server={server} />
      </div>
      <p class="quiet small server-where">
        <span class="clip">{server.host}</span>
        {seen && <span class="nowrap">seen {formatAgo(seen)}</span>}
      </p>
      <Meter name="Processor" percent={server.cpuPercent} text={`${server.cpuPercent} %`} />
      <Meter name="Busiest worker" percent={busiest} text={`${busiest} %`} />
      <Meter name="People" percent={share} text={`${formatNumber(server.participants)} of ${formatNumber(server.capacity)}`} />
      <p class="small server-foot">
        <span>{count(server.meetings, 'meeting')}</span>
        <span class={up < server.workers.length ? 'chip warn' : 'quiet'}>
          {up} of {count(server.workers.length, 'worker')} up
        </span>
      </p>
    </li>
  );
}

function ServerState({ server }: { server: Server }) {
  if (!server.alive) return <span class="chip bad">Silent</span>;
  return server.draining ? <span class="chip warn">Draining</span> : <span class="chip good">Serving</span>;
}

export function Meter({ name, percent, text }: { name: string; percent: number; text: string }) {
  const whole = Math.round(Math.min(100, Math.max(0, percent)));
  return (
    <div class="meter">
      <div class="meter-line small">
        <span class="quiet">{name}</span>
        <span class="number">{text}</span>
      </div>
      <div class={whole >= 85 ? 'bar hot' : 'bar'} role="meter" aria-label={name} aria-valuemin={0} aria-valuemax={100} aria-valuenow={whole} aria-valuetext={text}>
        <span style={{ width: `${whole}%` }} />
      </div>
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div class="fact">
      <dt class="quiet small">{name}</dt>
      <dd class="number">{value}</dd>
    </div>
  );
}

export function Loading() {
  return (
    <div class="card">
      <Skeleton lines={6} />
    </div>
  );
}

const sum = <T,>(list: readonly T[], of: (item: T) => number) => list.reduce((total, item) => total + of(item), 0);
