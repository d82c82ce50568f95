// A server of its own for each test file, on a free port, with a fresh database.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Starts the binary that ACCOUNTD names, with more `settings` and `args`; answers its endpoint, its API key (later), and how to end it. */
export async function start(settings = {}, args = []) {
  const folder = mkdtempSync(join(tmpdir(), 'accountd-'));
  const env = { ...process.env, ACCOUNTD_LISTEN: '127.0.0.1:0', ACCOUNTD_LIMITS__RATES: 'false', ...settings };
  delete env.ACCOUNTD;
  const server = spawn(process.env.ACCOUNTD, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: server.stdout });
  const key = new Promise((resolve) => {
    lines.on('line', (line) => {
      const found = line.match(/X-Appwrite-Key: (ak_\w+)/);
      if (found) resolve(found[1]);
    });
  });
  const url = await new Promise((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`accountd ended with ${code}`)));
    lines.on('line', (line) => {
      const found = line.match(/listening on (http:\/\/\S+)/);
      if (found) resolve(`${found[1]}/v1/graphql`);
    });
  });
  const stop = () => new Promise((resolve) => {
    server.removeAllListeners('exit');
    server.once('exit', () => { rmSync(folder, { recursive: true }); resolve(); });
    server.kill();
  });
  return { url, key, stop };
}

/** A port of loopback that nobody listens on. It is below those that Linux gives to whoever asks for any, so no other test gets it meanwhile. */
export function freePort() {
  return new Promise((resolve) => {
    const probe = createServer();
    const listen = () => probe.listen(10_000 + Math.floor(Math.random() * 20_000), '127.0.0.1');
    probe.on('error', listen);
    probe.on('listening', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
    listen();
  });
}

/** Sends one operation without a library. */
export async function call(url, query, headers = {}) {
  const body = JSON.stringify({ query });
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  const answer = await response.json();
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

/** Signs somebody up, and in twice: two sessions. */
export async function signUp(url, email = `${Math.random().toString(36).slice(2)}@example.com`) {
  const credentials = `email: "${email}", password: "correct horse battery"`;
  await call(url, `mutation { accountCreate(userId: "unique()", ${credentials}) { _id } }`);
  const signIn = async () => (await call(url, `mutation { accountCreateEmailPasswordSession(${credentials}) { _id secret } }`))
    .accountCreateEmailPasswordSession;
  return { email, session: await signIn(), other: await signIn() };
}

/** Waits until `ready` answers something true. */
export async function until(ready) {
  for (let tries = 0; tries < 1000; tries += 1) {
    const found = await ready();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it never came');
}
