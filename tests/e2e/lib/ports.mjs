// SPDX-License-Identifier: MIT
// Free ports for a server under test. A port found free may be taken a moment later by someone else; the server then
// fails to start and says so, which a test shows in its log.
import dgram from 'node:dgram';
import net from 'node:net';

const listen = (port) =>
  new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const { port: taken } = server.address();
      server.close(() => resolve(taken));
    });
  });

const bindUdp = (port) =>
  new Promise((resolve, reject) => {
    const socket = dgram.createSocket('udp4');
    socket.once('error', reject);
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => socket.close(resolve));
  });

export const freePort = () => listen(0);

// The first of `count` neighbouring ports that are free for UDP and TCP alike, below the range from which the kernel
// picks ports for outgoing connections.
export async function freePortRun(count) {
  for (let attempt = 0; attempt < 50; ++attempt) {
    const base = 20_000 + Math.floor(Math.random() * 10_000);
    try {
      for (let port = base; port < base + count; ++port) {
        await listen(port);
        await bindUdp(port);
      }
      return base;
    } catch {
      continue;
    }
  }
  throw new Error(`no ${count} neighbouring ports are free`);
}
