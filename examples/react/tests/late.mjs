// A proxy before the server, for answers that are late.
import { createServer, request } from 'node:http';

/** Passes requests on to the server at `port`. Answers to `mutation` are held back for half a second. */
export async function open(port, mutation) {
  const proxy = createServer((asked, answer) => {
    const { method, url, headers } = asked;
    let body = '';
    const passed = request({ port, method, path: url, headers }, async (got) => {
      if (body.includes(`mutation ${mutation}`)) await new Promise((resolve) => setTimeout(resolve, 500));
      answer.writeHead(got.statusCode, got.rawHeaders);
      got.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    answer.on('close', () => passed.destroy());
    asked.on('data', (chunk) => { body += chunk; });
    asked.pipe(passed);
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return { port: proxy.address().port, close: () => { proxy.closeAllConnections(); proxy.close(); } };
}
