// SPDX-License-Identifier: MIT
// A POST as Go's net/http sends it for kendra: these headers and no others, one kept-alive connection, gzip accepted.
import net from 'node:net';
import { gunzipSync } from 'node:zlib';

export class GoClient {
  #sockets = new Map(); // host:port -> socket

  // Rejects when the connection is dropped without an answer, or when `timeout` passes, as kendra's client does.
  async post(host, port, path, payload, timeout = 1500) {
    const body = Buffer.from(JSON.stringify(payload));
    const head =
      `POST ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nUser-Agent: Go-http-client/1.1\r\n` +
      `Content-Length: ${body.length}\r\nAccept-Encoding: gzip\r\n\r\n`;
    const started = performance.now();
    const socket = await this.#connected(host, port);
    const answer = await this.#exchange(socket, Buffer.concat([Buffer.from(head), body]), `${path}`, timeout);
    return { ...answer, milliseconds: performance.now() - started };
  }

  close() {
    for (const socket of this.#sockets.values()) socket.destroy();
    this.#sockets.clear();
  }

  #connected(host, port) {
    const key = `${host}:${port}`;
    const kept = this.#sockets.get(key);
    if (kept && !kept.destroyed && kept.writable) return kept;
    return new Promise((resolve, reject) => {
      const socket = net.connect(port, host, () => resolve(socket));
      socket.setNoDelay(true);
      socket.once('error', reject);
      socket.on('close', () => this.#sockets.delete(key));
      this.#sockets.set(key, socket);
    });
  }

  #exchange(socket, request, what, timeout) {
    return new Promise((resolve, reject) => {
      let received = Buffer.alloc(0);
      const finish = (settle, value) => {
        clearTimeout(timer);
        socket.off('data', onData);
        socket.off('close', onClose);
        socket.off('error', onClose);
        settle(value);
      };
      const onClose = () => finish(reject, new Error(`${what}: the connection was dropped without an answer`));
      const onData = (chunk) => {
        received = Buffer.concat([received, chunk]);
        const answer = parsed(received);
        if (answer) finish(resolve, answer);
      };
      const timer = setTimeout(() => {
        socket.destroy();
        finish(reject, new Error(`${what}: no answer within ${timeout} ms`));
      }, timeout);
      socket.on('data', onData);
      socket.once('close', onClose);
      socket.once('error', onClose);
      socket.write(request);
    });
  }
}

// An answer with Content-Length or in chunks, once it is whole.
function parsed(bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [statusLine, ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  let body = bytes.subarray(end + 4);
  if (headers['transfer-encoding'] === 'chunked') {
    const parts = [];
    for (;;) {
      const line = body.indexOf('\r\n');
      if (line < 0) return null;
      const size = parseInt(body.subarray(0, line).toString('latin1'), 16);
      if (body.length < line + 2 + size + 2) return null;
      if (size === 0) break;
      parts.push(body.subarray(line + 2, line + 2 + size));
      body = body.subarray(line + 2 + size + 2);
    }
    body = Buffer.concat(parts);
  } else {
    const length = Number(headers['content-length'] ?? 0);
    if (body.length < length) return null;
    body = body.subarray(0, length);
  }
  if (headers['content-encoding'] === 'gzip') body = gunzipSync(body);
  return { status: Number(statusLine.split(' ')[1]), headers, text: body.toString('utf8') };
}
