// Tokens that other servers check: with the libraries of Node and Python, and by nginx in front of a server.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { call, freePort, signUp, start, until } from './server.mjs';

const folder = mkdtempSync(join(tmpdir(), 'accountd-tokens-'));
after(() => rmSync(folder, { recursive: true }));

/** A server with a signed-in user; answers the user's session, a maker of tokens, and the issuer. */
async function signedIn(algorithm) {
  const server = await start({ ACCOUNTD_JWT__ALGORITHM: algorithm });
  const { session } = await signUp(server.url);
  const headers = { 'x-appwrite-session': session.secret };
  const account = async () => (await call(server.url, '{ accountGet { _id } }', headers)).accountGet._id;
  const make = async () => (await call(server.url, 'mutation { accountCreateJWT { jwt } }', headers)).accountCreateJWT.jwt;
  const base = new URL(server.url).origin;
  return { ...server, session, headers, account, make, base, issuer: `${base}/v1/projects/default` };
}

for (const algorithm of ['ES256', 'RS256', 'EdDSA']) {
  test(`jose and pyjwt verify tokens of ${algorithm}`, async () => {
    const server = await signedIn(algorithm);
    try {
      const { issuer } = server;
      const id = await server.account();
      const jwt = await server.make();
      const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
      assert.equal(metadata.issuer, issuer);
      const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
      const options = { issuer, audience: 'default', algorithms: [algorithm], clockTolerance: 5 };

      const { payload } = await jwtVerify(jwt, keys, options);

      assert.equal(decodeProtectedHeader(jwt).alg, algorithm);
      assert.equal(payload.sub, id);
      assert.equal(payload.sid, server.session._id);
      await assert.rejects(jwtVerify(jwt, keys, { ...options, audience: 'other' }));
      await assert.rejects(jwtVerify(jwt, keys, { ...options, algorithms: ['HS256'] }));
      const { kid } = decodeProtectedHeader(jwt);
      const forged = new SignJWT(payload).setProtectedHeader({ alg: 'HS256', kid });
      const answer = await fetch(`${server.base}/v1/account`, {
        headers: { 'x-appwrite-jwt': await forged.sign(new TextEncoder().encode(JSON.stringify(metadata))) },
      });
      assert.equal(answer.status, 401);

      const output = execFileSync(python(), ['tokens.py', issuer, algorithm, jwt], { cwd: import.meta.dirname, encoding: 'utf8' });
      assert.deepEqual(JSON.parse(output), { sub: id, refused: true });
    } finally {
      await server.stop();
    }
  });
}

/** The interpreter of a virtual environment with pyjwt. */
function python() {
  const venv = join(folder, 'python');
  if (!existsSync(venv)) {
    execFileSync('python3', ['-m', 'venv', venv]);
    execFileSync(join(venv, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', 'python.txt'], { cwd: import.meta.dirname });
  }
  return join(venv, 'bin/python');
}

const nginx = process.env.NGINX ?? '/usr/sbin/nginx';

/** The configuration of docs/tokens.md, with the ports of this test. */
function configuration(port, account, api) {
  return `
daemon off; pid ${folder}/nginx.pid; error_log stderr; worker_processes 1;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    location / {
      auth_request /who;
      auth_request_set $auth_user $upstream_http_x_auth_user;
      auth_request_set $auth_session $upstream_http_x_auth_session;
      auth_request_set $auth_factors $upstream_http_x_auth_factors;
      auth_request_set $auth_labels $upstream_http_x_auth_labels;
      proxy_set_header X-Auth-User $auth_user;
      proxy_set_header X-Auth-Session $auth_session;
      proxy_set_header X-Auth-Factors $auth_factors;
      proxy_set_header X-Auth-Labels $auth_labels;
      proxy_pass ${api};
    }
    location = /who {
      internal;
      proxy_pass ${account}/v1/projects/default/forward-auth;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
    }
  }
}`;
}

test('nginx asks who calls', { skip: !existsSync(nginx) && 'nginx is not installed' }, async () => {
  const server = await signedIn('ES256');
  const api = createServer((request, response) => {
    const [user, session, factors, labels] = ['user', 'session', 'factors', 'labels'].map((name) => request.headers[`x-auth-${name}`] ?? '');
    response.end(JSON.stringify({ user, session, factors, labels }));
  }).listen(0, '127.0.0.1');
  const port = await freePort();
  writeFileSync(`${folder}/nginx.conf`, configuration(port, server.base.replace('localhost', '127.0.0.1'), `http://127.0.0.1:${api.address().port}`));
  const proxy = spawn(nginx, ['-c', `${folder}/nginx.conf`, '-e', 'stderr'], { stdio: 'inherit' });
  const ask = (headers = {}) => fetch(`http://127.0.0.1:${port}/any`, { headers });
  try {
    await until(() => ask().catch(() => undefined));
    const jwt = await server.make();
    const user = await server.account();
    const claimed = { 'x-auth-user': 'eve', 'x-auth-session': 'eve', 'x-auth-factors': 'totp', 'x-auth-labels': 'admin', 'x-appwrite-project': 'other' };
    const expected = { user, session: server.session._id, factors: 'password', labels: '' };

    const byJwt = await ask({ authorization: `Bearer ${jwt}`, ...claimed });
    const byCookie = await ask({ cookie: `a_session_default=${server.session.secret}`, ...claimed });

    // The client's own headers of these names never arrive.
    assert.deepEqual([await byJwt.json(), await byCookie.json()], [expected, expected]);
    assert.equal((await ask(claimed)).status, 401);
    assert.equal((await ask({ authorization: 'Bearer x' })).status, 401);
    await call(server.url, 'mutation { accountDeleteSession(sessionId: "current") { status } }', server.headers);
    assert.equal((await ask({ authorization: `Bearer ${jwt}` })).status, 401);
  } finally {
    proxy.kill();
    api.close();
    await server.stop();
  }
});
