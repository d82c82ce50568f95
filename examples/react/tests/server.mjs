// A server of its own for each test file: a fresh database, on a free port.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const PASSWORD = 'correct horse battery';

/** Starts the binary that ACCOUNTD names, with more `settings`. */
export async function start(settings = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'accountd-'));
  const env = {
    ...process.env,
    ACCOUNTD_LISTEN: '127.0.0.1:0',
    ACCOUNTD_PUBLIC_URL: 'http://localhost:8080',
    ACCOUNTD_LIMITS__RATES: 'false',
    ACCOUNTD_SMS__SECONDS_BETWEEN: '1',
    ...settings,
  };
  delete env.ACCOUNTD;
  const child = spawn(process.env.ACCOUNTD ?? 'accountd', ['dev'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`accountd ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = line.match(/listening on http:\/\/[^:]+:(\d+)/);
      if (found) resolve(Number(found[1]));
    });
  });
  const stop = () => new Promise((resolve) => {
    child.removeAllListeners('exit');
    child.once('exit', () => { rmSync(folder, { recursive: true }); resolve(); });
    child.kill();
  });
  return { ...client(`http://127.0.0.1:${port}/v1/graphql`), port, stop };
}

/** What tests do at the server besides the app. */
function client(url) {
  let count = 0;

  async function call(query, headers = {}) {
    const body = JSON.stringify({ query });
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
    const { data, errors } = await response.json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  /** Signs a user in with another program than the browser: the secret of the session. */
  async function signIn(email, userAgent = 'curl/8.0') {
    const query = `mutation { accountCreateEmailPasswordSession(email: "${email}", password: "${PASSWORD}") { secret } }`;
    const { accountCreateEmailPasswordSession: { secret } } = await call(query, { 'user-agent': userAgent });
    return secret;
  }

  /** Signs somebody up: the address. */
  async function signUp() {
    count += 1;
    const email = `user${count}@example.com`;
    await call(`mutation { accountCreate(userId: "unique()", email: "${email}", password: "${PASSWORD}", name: "User ${count}") { _id } }`);
    return email;
  }

  /** The newest message to an address or a number. */
  async function message(to) {
    const { devInbox } = await call(`{ devInbox(to: "${to}", waitMs: 5000) { text link code } }`);
    return devInbox;
  }

  return { call, signIn, signUp, message };
}
