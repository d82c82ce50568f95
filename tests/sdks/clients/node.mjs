// The SDK for Node, in this process.

/** A client of `sdk`, the SDK's module; `takesNames` says that an object of arguments by their names is one. */
export function node(name, sdk, { takesNames = false } = {}) {
  const service = (kind, { jwt, secret, key }, as, endpoint) => {
    const client = new sdk.Client().setEndpoint(endpoint).setProject('default');
    if (as === 'session') client.setSession(secret);
    if (as === 'user') client.setJWT(jwt);
    if (as === 'server') client.setKey(key);
    return kind === 'Client' ? client : new sdk[kind](client);
  };
  return {
    name,
    takesNames,
    has: async (kind, method) => typeof sdk[kind].prototype[method] === 'function',
    call: (kind, method, args, user, as, endpoint) => service(kind, user, as, endpoint)[method](...args),
    stop: async () => {},
  };
}
