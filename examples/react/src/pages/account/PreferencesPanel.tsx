// What this app keeps in the user's preferences: the theme.
import { type User, useAccount } from '../../api/account';
import { run } from '../../api/client';
import { graphql } from '../../gql';
import { Form } from '../../parts/Form';
import { Panel } from '../../parts/Panel';
import { THEMES, themeOf } from '../../theme';

const PatchPreferences = graphql(`
  mutation PatchPreferences($patch: Assoc!) {
    accountPatchPrefs(patch: $patch) { _id }
  }
`);

export function PreferencesPanel({ user }: { user: User }) {
  const { reload } = useAccount();

  async function save({ theme }: Record<'theme', string>) {
    // A patch leaves all other keys alone: those of other apps, and those of later versions of this one.
    await run(PatchPreferences, { patch: { theme } });
    await reload();
  }

  return (
    <Panel title="Preferences">
      <Form submit="Save" onSubmit={save} done="Saved.">
        <fieldset>
          <legend>Theme</legend>
          {THEMES.map((theme) => (
            <label key={theme}>
              <input type="radio" name="theme" value={theme} defaultChecked={theme === themeOf(user)} /> {theme}
            </label>
          ))}
        </fieldset>
      </Form>
    </Panel>
  );
}
