// The colours that the user has chosen, which are kept in the preferences.
import { useEffect } from 'react';
import type { User } from './api/account';

export const THEMES = ['system', 'light', 'dark'];

/** The theme in the preferences, whoever wrote them. */
export function themeOf(user: User | null | undefined): string {
  const { theme } = (user?.prefs.json ?? {}) as { theme?: unknown };
  return THEMES.find((known) => known === theme) ?? 'system';
}

export function useTheme(user: User | null | undefined) {
  const theme = themeOf(user);
  useEffect(() => { document.documentElement.dataset.theme = theme; }, [theme]);
}
