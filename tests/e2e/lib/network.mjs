// SPDX-License-Identifier: MIT
// A bad network between one participant and a worker: a UDP relay that loses packets, or all of them for a while. The tab is told to
// send there instead of to the worker (`through` of join()), so neither end knows of it.
import dgram from 'node:dgram';

const kBuffers = 4 << 20;

export async function openNetwork({ to, loss = 0 }) {
  const network = { loss, cut: false, carried: 0, lost: 0 };
  const upstream = new Map(); // the tab's address -> the socket that stands for it
  const carries = () => {
    const good = !network.cut && Math.random() >= network.loss;
    ++network[good ? 'carried' : 'lost'];
    return good;
  };
  const open = async (onMessage) => {
    const socket = dgram.createSocket({ type: 'udp4', recvBufferSize: kBuffers, sendBufferSize: kBuffers }, onMessage);
    await new Promise((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return socket;
  };
  const front = await open((message, { address, port }) => {
    const from = `${address}:${port}`;
    if (!upstream.has(from)) {
      upstream.set(from, open((answer) => carries() && front.send(answer, port, address)));
    }
    if (carries()) upstream.get(from).then((socket) => socket.send(message, to, '127.0.0.1'));
  });
  network.port = front.address().port;
  network.close = async () => {
    for (const socket of await Promise.all(upstream.values())) socket.close();
    front.close();
  };
  return network;
}
