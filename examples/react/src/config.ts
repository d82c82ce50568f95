// The settings of the app: change these first.

/** The server's public URL; without a setting, port 8080 of the app's own host, as `accountd dev` has it. */
export const SERVER: string = import.meta.env.VITE_ACCOUNTD_URL ?? `http://${location.hostname}:8080`;

/** The project of the server that the app belongs to. */
export const PROJECT: string = import.meta.env.VITE_ACCOUNTD_PROJECT ?? 'default';

/** The providers that the server is set up for, by their ids there. */
export const PROVIDERS = [
  // The provider of `accountd dev`. In production: { id: 'google', name: 'Google' }, and so on.
  { id: 'dev', name: 'the dev provider' },
];

/** A page of this app, as mails and providers link to it. Its host must be one of the project's `platforms`. */
export const pageUrl = (path: string) => new URL(path, location.origin).href;

/** Where a sign-in at a provider starts. For a signed-in user it links the provider's account instead. */
export function providerUrl(provider: string): string {
  const query = new URLSearchParams({
    project: PROJECT,
    success: pageUrl('/account'),
    failure: pageUrl('/provider-failed'),
  });
  return `${SERVER}/v1/account/sessions/oauth2/${provider}?${query}`;
}
