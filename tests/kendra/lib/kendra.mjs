// SPDX-License-Identifier: MIT
// What kendra does for each call of its public API: which rows it reads, what it makes of them, what it posts, and what it
// decodes of the answer. It never writes. The questions are kendra's, the SQL is ours; mistakes of kendra that decide what
// reaches the server (ids of the wrong router, other people's consumers) are made here too, and said so.
import assert from 'node:assert/strict';

import { GoClient } from './go_http.mjs';

const chain = `
  FROM container_heartbeat c
  LEFT JOIN worker_container w ON w.container_id = c.container_id
  LEFT JOIN router_worker r ON r.worker_id = w.worker_id
  LEFT JOIN router_meeting m ON m.router_id = r.router_id`;

const maxConsumerCapacity = 500;

export class Kendra {
  // `ports` maps container_id to the port of that server; the real kendra always dials 3001.
  constructor(database, ports, tenant = 'default') {
    Object.assign(this, { database, ports, tenant });
    this.go = new GoClient();
    this.signals = [];
    this.calls = []; // {path, milliseconds}
  }

  close() {
    this.go.close();
  }

  async rows(sql, values = []) {
    return (await this.database.execute(sql, values))[0];
  }

  async send(container, path, payload, { timeout = 1500 } = {}) {
    const answer = await this.go.post(container.host, this.ports.get(container.container_id), path, payload, timeout);
    this.calls.push({ path, milliseconds: answer.milliseconds });
    if (answer.status >= 400) throw Object.assign(new Error(`${path} answered ${answer.status} ${answer.text}`), { status: answer.status });
    assert.match(answer.headers['content-type'] ?? '', /^application\/json/, `${path} answers JSON`);
    return JSON.parse(answer.text);
  }

  async #hostOf(meeting) {
    const [row] = await this.rows(`SELECT c.host, c.container_id ${chain} WHERE m.meeting_id = ?`, [meeting]);
    if (!row) throw new Error('meeting not found');
    return row;
  }

  async #routers(meeting, capacity) {
    return this.rows(`SELECT c.host, c.container_id, m.router_id, m.${capacity} AS capacity ${chain} WHERE m.meeting_id = ? AND m.${capacity} IS NOT NULL`, [meeting]);
  }

  async #transport(participant, role) {
    const [row] = await this.rows(`SELECT transport_id FROM participant_${role}_transport WHERE participant_id = ?`, [participant]);
    return row?.transport_id ?? '';
  }

  // ---- allocation ----

  // Workers with room of servers that are alive. The tenant is compared with one blank before it.
  freeWorkers() {
    return this.rows(
      `SELECT c.host, c.container_id, w.worker_id, COALESCE(SUM(m.consumer_capacity), 0) AS used ${chain}
       WHERE FROM_UNIXTIME(c.heartbeat / 1000000000) > NOW() - INTERVAL 10 SECOND AND c.tenant = ?
       GROUP BY c.host, c.container_id, w.worker_id HAVING used < ${maxConsumerCapacity}`,
      [` ${this.tenant}`],
    );
  }

  async createMeeting(meeting, producers, consumers) {
    const capacity = { producer: 2 * producers, consumer: 2 * producers * (producers + consumers) };
    const containers = new Map();
    for (const row of await this.freeWorkers()) {
      assert.ok(row.worker_id, 'a container without a worker makes every createMeeting of kendra fail');
      containers.set(row.container_id, [...(containers.get(row.container_id) ?? []), { ...row, used: Number(row.used) }]);
    }
    const runs = [];
    for (const workers of containers.values()) {
      const producer = workers.reduce((fullest, worker) => (worker.used > fullest.used ? worker : fullest));
      const others = workers.filter((worker) => worker !== producer);
      for (let from = 0; from < others.length; ++from) {
        for (let to = from + 1; to <= others.length; ++to) {
          const run = others.slice(from, to);
          runs.push({ producer, run, used: run.reduce((sum, { used }) => sum + used, 0) });
        }
      }
    }
    runs.sort((a, b) => b.used - a.used);
    const chosen = runs.find(({ run, used }) => maxConsumerCapacity * run.length - used >= capacity.consumer);
    if (!chosen) throw new Error('no free container found');
    let left = capacity.consumer;
    const consumerRouterDetails = [];
    for (const { worker_id: workerId, used } of chosen.run) {
      const routerCapacity = Math.min(left, maxConsumerCapacity - used);
      if (routerCapacity <= 0) break;
      consumerRouterDetails.push({ routerCapacity, workerId });
      left -= routerCapacity;
    }
    return this.send(chosen.producer, '/v1/createMeeting', {
      producerRouterDetails: [{ routerCapacity: capacity.producer, workerId: chosen.producer.worker_id }],
      consumerRouterDetails,
      meetingId: meeting,
      containerId: chosen.producer.container_id,
    });
  }

  // ---- joining ----

  // Kendra scans the two rows in the wrong order: what it sends as the producer's router is the consumer's.
  async #swappedRouters(meeting) {
    const [consumer] = await this.#routers(meeting, 'consumer_capacity');
    const [producer] = await this.#routers(meeting, 'producer_capacity');
    if (!consumer || !producer) throw new Error('router not found');
    return { container: producer, producerRouterId: consumer.router_id, consumerRouterId: producer.router_id };
  }

  async joinMeeting(meeting, participant, instance) {
    const { container, producerRouterId, consumerRouterId } = await this.#swappedRouters(meeting);
    return this.send(container, '/v1/joinMeeting', { producerRouterId, consumerRouterId, participantId: participant, meetingId: meeting, instanceId: instance });
  }

  async preMeetingDetails(meeting, participant) {
    const { container, producerRouterId, consumerRouterId } = await this.#swappedRouters(meeting);
    return this.send(container, '/v1/preMeetingDetails', { producerRouterId, consumerRouterId, meetingId: meeting, participantId: participant });
  }

  async getRTPCapabilities(meeting) {
    const { container, producerRouterId, consumerRouterId } = await this.#swappedRouters(meeting);
    return this.send(container, '/v1/getRTPCapabilities', { meetingId: meeting, producerRouterId, consumerRouterId });
  }

  // Both transports are put on a producer router, because of the column that is filtered on.
  async #recreate(path, meeting, participant, instance) {
    const routers = await this.#routers(meeting, 'producer_capacity');
    if (routers.length === 0) throw new Error('meeting not found');
    const container = routers[fnv1a(participant) % routers.length];
    const ids = async (column, table) => {
      const found = await this.rows(`SELECT ${column} AS id FROM ${table} WHERE participant_id = ?`, [participant]);
      return found.length === 0 ? null : found.map(({ id }) => id);
    };
    return this.send(container, path, {
      meetingId: meeting,
      instanceId: instance,
      participantId: participant,
      routerId: container.router_id,
      oldProducerTransportId: await this.#transport(participant, 'producer'),
      oldConsumerTransportId: await this.#transport(participant, 'consumer'),
      oldProducerIds: await ids('producer_id', 'participant_producers'),
      oldConsumerIds: await ids('consumer_id', 'participant_consumers'),
    });
  }

  async recreateProducerTransport(meeting, participant, instance) {
    const { transportOptions, closedProducerDetails } = await this.#recreate('/v1/recreateProducerTransport', meeting, participant, instance);
    assert.ok(Array.isArray(closedProducerDetails), 'kendra decodes closedProducerDetails');
    if (closedProducerDetails.length > 0) this.#signal('StreamUnPublish', meeting, closedProducerDetails);
    return transportOptions; // all that its own caller gets
  }

  recreateConsumerTransport(meeting, participant, instance) {
    return this.#recreate('/v1/recreateConsumerTransport', meeting, participant, instance);
  }

  // Looked up by participant alone, through the router the participant was given.
  async #placeOf(participant, role) {
    const [row] = await this.rows(
      `SELECT c.host, c.container_id, t.transport_id
       FROM participant_${role}_router p
       JOIN router_worker r ON r.router_id = p.router_id
       JOIN worker_container w ON w.worker_id = r.worker_id
       JOIN container_heartbeat c ON c.container_id = w.container_id
       LEFT JOIN participant_${role}_transport t ON t.participant_id = p.participant_id
       WHERE p.participant_id = ?`,
      [participant],
    );
    if (!row) throw new Error('router not found');
    if (!row.transport_id) throw new Error('converting NULL to string');
    return row;
  }

  async connectTransport(role, meeting, participant, dtlsParameters) {
    const place = await this.#placeOf(participant, role);
    return this.send(place, '/v1/connectTransport', { participantId: participant, dtlsParameters, meetingId: meeting, transportId: place.transport_id });
  }

  // Without a meetingId, on three routes.
  async restartIce(route, participant) {
    const roles = { restartProducerIce: ['producer'], restartConsumerIce: ['consumer'], restartIce: ['producer', 'consumer'] }[route];
    const place = await this.#placeOf(participant, roles[0]);
    const transportIds = await Promise.all(roles.map((role) => this.#transport(participant, role)));
    return this.send(place, `/v1/${route}`, { participantId: participant, transportIds });
  }

  // ---- producers ----

  async createProducer(meeting, participant, instance, kind, rtpParameters, { recording = false } = {}) {
    const producerRouters = await this.#routers(meeting, 'producer_capacity');
    const consumerRouters = await this.#routers(meeting, 'consumer_capacity');
    if (producerRouters.length === 0) throw new Error('meeting not found');
    const container = producerRouters.at(-1);
    const answer = await this.send(container, '/v1/createProducer', {
      participantId: participant,
      rtpParameters,
      kind,
      meetingId: meeting,
      producerRouterId: container.router_id,
      producerTransportId: await this.#transport(participant, 'producer'),
      consumerRouterIds: consumerRouters.map(({ router_id: id }) => id),
      startRecording: recording,
      instanceId: instance,
    });
    assert.equal(typeof answer.producerId, 'string', 'kendra decodes producerId');
    assert.equal(answer.kind, kind);
    assert.equal(answer.participantId, participant);
    this.#signal('StreamPublish', meeting, [answer]);
    return answer;
  }

  async changeProducers(verb, meeting, participant, kinds) {
    const container = await this.#hostOf(meeting);
    const found = await this.rows(
      `SELECT producer_id, kind FROM participant_producers WHERE participant_id = ? AND kind IN (${kinds.map(() => '?').join(',')})`,
      [participant, ...kinds],
    );
    const producerKindMap = Object.fromEntries(found.map(({ producer_id: id, kind }) => [id, kind]));
    const payload = { participantId: participant, meetingId: meeting, producerKindMap };
    if (verb !== 'close') payload.recordingEnabled = false;
    const answer = await this.send(container, `/v1/${verb}Producer`, payload);
    assert.ok(Array.isArray(answer.producerDetails), 'kendra decodes producerDetails');
    this.#signal(verb === 'resume' ? 'StreamPublish' : 'StreamUnPublish', meeting, answer.producerDetails);
    return answer.producerDetails;
  }

  // ---- consumers ----

  // Targets without a row are left out in silence; what remains may be nothing.
  async createConsumer(meeting, participant, instance, rtpCapabilities, targets) {
    const container = await this.#hostOf(meeting);
    const targetParticipants = {};
    for (const [target, kinds] of Object.entries(targets)) {
      const found = await this.rows(
        `SELECT kind, producer_id FROM participant_producers WHERE meeting_id = ? AND participant_id = ? AND kind IN (${kinds.map(() => '?').join(',')})`,
        [meeting, target, ...kinds],
      );
      for (const { kind, producer_id: id } of found) (targetParticipants[target] ??= {})[kind] = id;
    }
    return this.send(container, '/v1/createConsumer', {
      participantId: participant,
      rtpCapabilities,
      meetingId: meeting,
      transportId: await this.#transport(participant, 'consumer'),
      targetParticipants,
      instanceId: instance,
    });
  }

  // "participant AND first OR second ...": from the second pair on, everybody's consumers are found.
  async changeConsumers(verb, meeting, participant, targets) {
    const container = await this.#hostOf(meeting);
    const pairs = Object.entries(targets).flatMap(([target, kinds]) => kinds.map((kind) => [target, kind]));
    const found = await this.rows(
      `SELECT consumer_id FROM participant_consumers WHERE participant_id = ? AND ${pairs.map(() => '(target_participant_id = ? AND kind = ?)').join(' OR ')}`,
      [participant, ...pairs.flat()],
    );
    const consumerIds = found.map(({ consumer_id: id }) => id);
    const answer = await this.send(container, `/v1/${verb}Consumer`, { participantId: participant, meetingId: meeting, consumerIds });
    return { ...answer, sent: consumerIds };
  }

  // ---- the end ----

  async leaveMeeting(meeting, participant, instance) {
    const [row] = await this.rows(
      `SELECT MAX(c.host) AS host, MAX(c.container_id) AS container_id, MAX(pt.transport_id) AS producer, MAX(ct.transport_id) AS consumer,
              GROUP_CONCAT(DISTINCT pp.producer_id) AS producers, GROUP_CONCAT(DISTINCT pc.consumer_id) AS consumers
       FROM participant_producer_router p
       LEFT JOIN router_worker r ON r.router_id = p.router_id
       LEFT JOIN worker_container w ON w.worker_id = r.worker_id
       LEFT JOIN container_heartbeat c ON c.container_id = w.container_id
       LEFT JOIN participant_producer_transport pt ON pt.participant_id = p.participant_id
       LEFT JOIN participant_consumer_transport ct ON ct.participant_id = p.participant_id
       LEFT JOIN participant_producers pp ON pp.participant_id = p.participant_id
       LEFT JOIN participant_consumers pc ON pc.participant_id = pp.participant_id
       WHERE p.participant_id = ?`,
      [participant],
    );
    if (!row?.host) throw new Error('Internal server error');
    const list = (text) => (text ? text.split(',') : null);
    const answer = await this.send(row, '/v1/leaveMeeting', {
      participantId: participant,
      instanceId: instance,
      meetingId: meeting,
      producerTransportId: row.producer ?? '',
      consumerTransportId: row.consumer ?? '',
      producerIds: list(row.producers),
      consumerIds: list(row.consumers),
    });
    assert.equal(typeof answer.response, 'string');
    assert.equal(typeof answer.sendSignal, 'boolean', 'kendra decodes sendSignal');
    if (answer.sendSignal) this.#signal('UserLeft', meeting, [{ participantId: participant }]);
    return answer;
  }

  // One row of six arrays over a cross product; every NULL becomes "".
  async endMeeting(meeting) {
    const array = (column) => `JSON_ARRAYAGG(COALESCE(${column}, ''))`;
    const [row] = await this.rows(
      `SELECT MAX(c.host) AS host, MAX(c.container_id) AS container_id, ${array('m.router_id')} AS routers, ${array('p.participant_id')} AS participants,
              ${array('pt.transport_id')} AS producerTransports, ${array('ct.transport_id')} AS consumerTransports,
              ${array('pp.producer_id')} AS producers, ${array('pc.consumer_id')} AS consumers
       ${chain}
       LEFT JOIN participant_meeting p ON p.meeting_id = m.meeting_id
       LEFT JOIN participant_producer_transport pt ON pt.participant_id = p.participant_id
       LEFT JOIN participant_consumer_transport ct ON ct.participant_id = p.participant_id
       LEFT JOIN participant_producers pp ON pp.participant_id = p.participant_id
       LEFT JOIN participant_consumers pc ON pc.participant_id = p.participant_id
       WHERE m.meeting_id = ?`,
      [meeting],
    );
    if (!row.host) throw new Error('converting NULL to string');
    const list = (value) => (typeof value === 'string' ? JSON.parse(value) : value);
    return this.send(row, '/v1/endMeeting', {
      meetingId: meeting,
      routerIds: list(row.routers),
      transportIds: [...list(row.producerTransports), ...list(row.consumerTransports)],
      producerIds: list(row.producers),
      consumerIds: list(row.consumers),
      participantIds: list(row.participants),
    });
  }

  // ---- failover ----

  // Servers with meetings whose heart has not beaten for 10 s.
  stale() {
    return this.rows(
      `SELECT DISTINCT c.host, c.container_id, c.tenant
       FROM container_heartbeat c
       JOIN worker_container w ON w.container_id = c.container_id
       JOIN router_worker r ON r.worker_id = w.worker_id
       JOIN router_meeting m ON m.router_id = r.router_id
       WHERE c.heartbeat < ?`,
      [BigInt(Date.now() - 10_000) * 1_000_000n],
    );
  }

  // Answers a function that sends the one request; two kendras would both send it.
  async planReplacement(dead) {
    const [replacement] = (await this.freeWorkers()).filter(({ container_id: id }) => id !== dead.container_id);
    if (!replacement) throw new Error('no replacement');
    const newWorkers = await this.rows('SELECT worker_id FROM worker_container WHERE container_id = ?', [replacement.container_id]);
    const routers = await this.rows(
      `SELECT m.meeting_id, w.worker_id, m.producer_capacity, m.consumer_capacity ${chain} WHERE c.container_id = ? AND m.meeting_id IS NOT NULL`,
      [dead.container_id],
    );
    const oldWorkers = [...new Set(routers.map(({ worker_id: id }) => id))];
    assert.ok(newWorkers.length >= oldWorkers.length, 'kendra needs at least as many workers');
    const workerFor = new Map(oldWorkers.map((id, index) => [id, newWorkers[index].worker_id]));
    const meetings = new Map();
    for (const { meeting_id: meetingId, worker_id: worker, producer_capacity: producer, consumer_capacity: consumer } of routers) {
      const request = meetings.get(meetingId) ?? { meetingId, oldContainerId: dead.container_id, newContainerId: replacement.container_id };
      const key = producer === null ? 'consumerRouterDetails' : 'producerRouterDetails';
      (request[key] ??= []).push({ routerCapacity: producer ?? consumer, workerId: workerFor.get(worker) }); // an empty list is left out
      meetings.set(meetingId, request);
    }
    return {
      meetings: [...meetings.keys()],
      send: async () => {
        const answer = await this.send(replacement, '/v1/replaceMeetings', { replaceMeetingRequests: [...meetings.values()] }, { timeout: 1000 });
        for (const meeting of meetings.keys()) this.#signal('Disconnect', meeting, []);
        return answer;
      },
    };
  }

  #signal(type, meeting, details) {
    this.signals.push({ type, meeting, details });
  }
}

// FNV-1a, 32 bits: how kendra spreads participants over routers.
function fnv1a(text) {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
