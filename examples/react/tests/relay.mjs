// A connection to the server that tests can cut, as networks do.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Listens on a port, and passes connections on to the server's. */
export async function relay(serverPort) {
  const open = new Set();
  const server = createServer((near) => {
    const far = connect(serverPort, '127.0.0.1');
    for (const [from, into] of [[near, far], [far, near]]) {
      open.add(from);
      from.pipe(into);
      from.on('error', () => into.destroy()).on('close', () => { open.delete(from); into.destroy(); });
    }
  });
  const listen = (port) => once(server.listen(port, '127.0.0.1'), 'listening');
  await listen(0);
  const { port } = server.address();
  const cut = () => { server.close(); for (const socket of open) socket.destroy(); };
  return { port, cut, mend: () => listen(port) };
}
