// The sample of docs/webhooks.md, on an event that accountd sends.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from './run.mjs';

const page = readFileSync(join(repository, 'docs/webhooks.md'), 'utf8');
const [, sample] = page.match(/## Check the signature\n[\s\S]*?```js\n([\s\S]*?)```/);

/** Runs `accountd webhook …` with a webhook at `port`; answers the exit code and the output. */
async function webhook(folder, port, ...command) {
  const file = join(folder, 'accountd.toml');
  const hook = `{ id = "crm", url = "http://127.0.0.1:${port}/", events = ["users"] }`;
  writeFileSync(file, `[[projects]]\nid = "default"\nwebhooks = [${hook}]\n`);
  const env = { ...process.env, ACCOUNTD_CONFIG: file, ACCOUNTD_MASTER_SECRET: '7f0c2e9b64d1a8533be47a90c6f21d5e' };
  delete env.ACCOUNTD;
  const child = spawn(process.env.ACCOUNTD, ['webhook', ...command], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (data) => { output += data; });
  const [code] = await once(child, 'close');
  return { code, output };
}

test('the sample accepts what is signed, and nothing else', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'accountd-'));
  const requests = [];
  const receiver = createServer(async (request, response) => {
    requests.push({ headers: request.headers, body: (await request.toArray()).join('') });
    response.writeHead(204).end();
  }).listen(0, '127.0.0.1');
  context.after(() => { receiver.close(); rmSync(folder, { recursive: true }); });
  await once(receiver, 'listening');
  const { port } = receiver.address();
  const load = (name) => import(`data:text/javascript,${encodeURIComponent(`${sample}\n// ${name}`)}`);
  process.env.WEBHOOK_SECRET = 'default/crm whsec_abc';
  await assert.rejects(load('with another text'), /no secret of a webhook/);
  const { output } = await webhook(folder, port, 'secret', 'crm');
  process.env.WEBHOOK_SECRET = output.trim();
  const { verify } = await load('with the secret');

  const sent = await webhook(folder, port, 'test');

  assert.deepEqual(sent, { code: 0, output: 'ok   default/crm: 204 No Content\n' });
  const [{ headers, body }] = requests;
  assert.equal(verify(headers, body).type, 'test');
  assert.ok(sample.trim().split('\n').length <= 18);
  const changed = { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 301) };
  for (const [others, text] of [[headers, `${body} `], [changed, body], [{}, body], [{ ...headers, 'webhook-id': 'x' }, body]]) {
    assert.throws(() => verify(others, text), /wrong signature/);
  }
});
