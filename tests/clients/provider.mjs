// A real server of OpenID Connect, with refresh tokens that are good once, and a visitor who walks there by plain HTTP.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

export const CLIENT = { id: 'accountd', secret: 'a secret of the client' };

/** Starts the provider on a port; `renewals` counts the refresh tokens that reach it. */
export async function startProvider(port, redirectUri) {
  const issuer = `http://127.0.0.1:${port}`;
  const account = (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@example.com`, email_verified: true, name: id }),
  });
  const provider = new Provider(issuer, {
    clients: [{
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
    }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['a key of the tests'], long: { sameSite: 'lax' } },
    features: { devInteractions: { enabled: true } },
    findAccount: account,
    issueRefreshToken: () => true,
    pkce: { required: () => true },
    rotateRefreshToken: true,
  });
  const state = { issuer, renewals: 0 };
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.oidc?.params?.grant_type === 'refresh_token') state.renewals += 1;
  });
  let server;
  state.open = () => new Promise((resolve) => {
    server = createServer(provider.callback()).listen(port, '127.0.0.1', resolve);
  });
  state.close = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  await state.open();
  return state;
}

/** A visitor with cookies for each host, who follows redirects until they leave the hosts that are there. */
export class Visitor {
  #jars = new Map();

  /** Requests a URL with the visitor's cookies, and keeps what comes back. */
  async request(url, options = {}) {
    const { origin } = new URL(url);
    const jar = this.#jars.get(origin) ?? new Map();
    this.#jars.set(origin, jar);
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ');
    const answer = await fetch(url, { redirect: 'manual', ...options, headers: { ...options.headers, cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split('; ');
      const at = pair.indexOf('=');
      const value = pair.slice(at + 1);
      const isOver = value === '' || attributes.some((it) => it.toLowerCase() === 'max-age=0');
      if (isOver) jar.delete(pair.slice(0, at)); else jar.set(pair.slice(0, at), value);
    }
    return answer;
  }

  /** The value of a cookie. */
  cookie(origin, name) {
    return this.#jars.get(origin)?.get(name);
  }

  /** Forgets who it is for a host. */
  forget(origin) {
    this.#jars.delete(origin);
  }

  /** Goes to a provider and agrees, or not: the URL that the provider sends the visitor back to. */
  async agree(url, { issuer }, login, { cancels = false } = {}) {
    let answer = await this.request(url);
    for (let steps = 0; steps < 20; steps += 1) {
      const location = answer.headers.get('location');
      if (location) {
        const there = new URL(location, answer.url).href;
        if (!there.startsWith(issuer)) return there;
        answer = await this.request(there);
      } else {
        answer = await this.#fill(answer, await answer.text(), login, cancels);
      }
    }
    throw new Error('the provider never sent the visitor back');
  }

  /** Fills the form of a page, or cancels. */
  #fill(answer, page, login, cancels) {
    if (cancels) return this.request(new URL(page.match(/href="([^"]*\/abort)"/)[1], answer.url).href);
    const [, action] = page.match(/action="([^"]*)"/);
    const [, prompt] = page.match(/name="prompt" value="([^"]*)"/);
    const body = new URLSearchParams({ prompt, login, password: 'any' });
    return this.request(new URL(action, answer.url).href, { method: 'POST', body });
  }
}
