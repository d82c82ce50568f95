// The user's preferences for this app, saved only if nobody else changed them meanwhile.
import { useEffect, useState } from 'react';
import { run } from '../api/client';
import { ApiError } from '../api/error';
import { useAction } from '../api/useAction';
import { useQuery } from '../api/useQuery';
import { AccountGetPrefsDocument, AccountPatchPrefsDocument } from '../gql/graphql';
import { Panel, Problem } from './parts';

const THEMES = ['system', 'light', 'dark'] as const;

/** What this app keeps in the preferences; other apps may keep more there. */
interface Prefs {
  theme: (typeof THEMES)[number];
  weeklyMail: boolean;
}

/** The preferences as stored, whoever wrote them. */
function read(json: unknown): Prefs {
  const { theme, weeklyMail } = json as { [key in keyof Prefs]?: unknown };
  return { theme: THEMES.find((known) => known === theme) ?? 'system', weeklyMail: weeklyMail === true };
}

export function Preferences({ version }: { version: number }) {
  const { data, error, reload, replace } = useQuery(AccountGetPrefsDocument, {}, version);
  // What the user has changed, and at which revision; undefined when nothing.
  const [draft, setDraft] = useState<{ prefs: Prefs; revision: number }>();
  const [saved, setSaved] = useState(false);
  const { json, revision } = data?.accountGetPrefs ?? { json: {}, revision: 0 };
  const prefs = draft?.prefs ?? read(json);

  const save = useAction(async () => {
    const { accountPatchPrefs } = await run(AccountPatchPrefsDocument, {
      patch: { ...prefs }, ifRevision: draft?.revision ?? revision,
    });
    if (accountPatchPrefs) replace({ accountGetPrefs: accountPatchPrefs.prefs });
    setDraft(undefined);
    setSaved(true);
  });
  const isConflict = save.error instanceof ApiError && save.error.type === 'user_prefs_conflict';

  function change(changed: Partial<Prefs>) {
    setDraft({ prefs: { ...prefs, ...changed }, revision: draft?.revision ?? revision });
    setSaved(false);
  }

  function discard() {
    setDraft(undefined);
    save.forget();
    reload();
  }

  useEffect(() => {
    document.documentElement.dataset.theme = prefs.theme;
    return () => { delete document.documentElement.dataset.theme; };
  }, [prefs.theme]);

  return (
    <Panel title="Preferences">
      <Problem error={error} />
      <form onSubmit={(event) => { event.preventDefault(); save.start(); }}>
        <fieldset disabled={save.busy}>
          <legend>Appearance</legend>
          {THEMES.map((theme) => (
            <label key={theme}>
              <input type="radio" name="theme" checked={prefs.theme === theme} onChange={() => change({ theme })} />
              {theme}
            </label>
          ))}
        </fieldset>
        <label>
          <input type="checkbox" disabled={save.busy} checked={prefs.weeklyMail} onChange={() => change({ weeklyMail: !prefs.weeklyMail })} />
          Send me a mail each week
        </label>
        <Problem error={save.error} />
        <div className="buttons">
          <button className="primary" disabled={!draft || save.busy}>Save</button>
          {isConflict && <button type="button" onClick={discard}>Load the newer ones</button>}
          <span role="status">{saved && 'Saved.'}</span>
        </div>
      </form>
    </Panel>
  );
}
