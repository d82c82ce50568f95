// A way to each provider.
import { PROVIDERS, providerUrl } from '../config';

export function Providers({ text }: { text: string }) {
  return (
    <ul className="providers">
      {PROVIDERS.map(({ id, name }) => (
        <li key={id}><a className="button" href={providerUrl(id)}>{text} {name}</a></li>
      ))}
    </ul>
  );
}
