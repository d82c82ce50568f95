// A provider of OpenID Connect with a page that signs in with one click, as anybody.
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

const CLIENT = 'accountd';
const LOGINS = ['ada', 'grace'];
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function token(claims) {
  const text = `${encode({ alg: 'RS256', kid: 'test' })}.${encode(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
}

/** Starts the provider. `settings` make it the provider `dev` of a server. */
export async function startProvider() {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${server.address().port}`;

  const json = {
    '/.well-known/openid-configuration': () => ({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    }),
    '/keys': () => ({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'test', alg: 'RS256', use: 'sig' }] }),
    // The code is what the page was given: who it is, and the nonce.
    '/token': (body) => {
      const { login, nonce } = JSON.parse(Buffer.from(new URLSearchParams(body).get('code'), 'base64url'));
      const now = Math.floor(Date.now() / 1000);
      const claims = { sub: login, name: login, email: `${login}@example.org`, email_verified: true, nonce };
      const id_token = token({ ...claims, iss: issuer, aud: CLIENT, iat: now, exp: now + 300 });
      return { access_token: 'access', token_type: 'Bearer', expires_in: 300, id_token };
    },
  };

  /** The page: a link for each user, and one that cancels. */
  function authorize(query) {
    const back = (parameters) => `${query.get('redirect_uri')}?${new URLSearchParams({ ...parameters, state: query.get('state') })}`;
    const links = LOGINS.map((login) => [`Continue as ${login}`, back({ code: encode({ login, nonce: query.get('nonce') }) })]);
    links.push(['Cancel', back({ error: 'access_denied' })]);
    return links.map(([text, url]) => `<p><a href="${url.replaceAll('&', '&amp;')}">${text}</a></p>`).join('');
  }

  async function answer(request, response) {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { pathname, searchParams } = new URL(request.url, issuer);
    const isPage = pathname === '/authorize';
    response.setHeader('content-type', isPage ? 'text/html' : 'application/json');
    response.end(isPage ? `<!doctype html><title>Provider</title>${authorize(searchParams)}` : JSON.stringify(json[pathname]?.(body)));
  }

  const settings = {
    ACCOUNTD_PROVIDERS__DEV__KIND: 'oidc',
    ACCOUNTD_PROVIDERS__DEV__ISSUER: issuer,
    ACCOUNTD_PROVIDERS__DEV__CLIENT_ID: CLIENT,
    ACCOUNTD_PROVIDERS__DEV__CLIENT_SECRET: 'a secret of the client',
  };
  return { settings, stop: () => { server.closeAllConnections(); server.close(); } };
}
