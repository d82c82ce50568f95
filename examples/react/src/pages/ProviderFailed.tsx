// Where a provider's sign-in leads to that did not work: `error` of the link holds the error as JSON.
import { ApiError } from '../api/error';
import { Page } from '../parts/Page';
import { Link, useLink } from '../router';

function parse(error: string): unknown {
  try {
    const { message, ...extensions } = JSON.parse(error);
    return new ApiError({ message, extensions });
  } catch {
    return new ApiError({ message: 'The provider did not sign you in.', extensions: { type: '' } });
  }
}

export function ProviderFailed() {
  const { error } = useLink('error');
  return (
    <Page title="Not signed in" error={parse(error)}>
      <p><Link to="/account">Try again, or another way</Link></p>
    </Page>
  );
}
