// A router for a handful of pages. To use another one, replace this file.
import { type ComponentProps, type MouseEvent, useEffect, useState, useSyncExternalStore } from 'react';

function onNavigation(change: () => void) {
  window.addEventListener('popstate', change);
  return () => window.removeEventListener('popstate', change);
}

/** The path of the page that is shown. */
export const usePath = () => useSyncExternalStore(onNavigation, () => location.pathname);

/** Shows another page, with a notice on it if there is something to say. */
export function navigate(to: string, { notice = '', replace = false } = {}) {
  history[replace ? 'replaceState' : 'pushState']({ notice }, '', to);
  window.dispatchEvent(new PopStateEvent('popstate'));
}

/** The notice that the last `navigate` came with. */
export const useNotice = (): string => useSyncExternalStore(onNavigation, () => history.state?.notice ?? '');

/** The parameters of the link that led here. */
export function useLink<Name extends string>(...names: Name[]): Record<Name, string> {
  const [values] = useState(() => {
    const query = new URLSearchParams(location.search);
    return Object.fromEntries(names.map((name) => [name, query.get(name) ?? '']));
  });
  return values as Record<Name, string>;
}

export function Link({ to, ...props }: { to: string } & ComponentProps<'a'>) {
  const isHere = usePath() === to;

  function open(event: MouseEvent) {
    // A new tab or window is the browser's business.
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  }

  return <a href={to} onClick={open} aria-current={isHere ? 'page' : undefined} {...props} />;
}

export function Redirect({ to }: { to: string }) {
  useEffect(() => navigate(to, { replace: true }), [to]);
  return null;
}
