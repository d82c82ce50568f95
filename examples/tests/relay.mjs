// A way to the server that can be cut, as networks are.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Passes connections on to the endpoint `to`; answers the endpoint that stands for it. */
export async function relay(to) {
  const { hostname, port, pathname } = new URL(to);
  const open = new Set();
  const server = createServer((near) => {
    const far = connect(port, hostname);
    for (const [from, into] of [[near, far], [far, near]]) {
      open.add(from);
      from.pipe(into);
      from.on('error', () => into.destroy()).on('close', () => { open.delete(from); into.destroy(); });
    }
  });
  const listen = (at) => once(server.listen(at, '127.0.0.1'), 'listening');
  await listen(0);
  const own = server.address().port;
  const close = () => { server.close(); for (const socket of open) socket.destroy(); };
  return { url: `http://127.0.0.1:${own}${pathname}`, close, reopen: () => listen(own) };
}
