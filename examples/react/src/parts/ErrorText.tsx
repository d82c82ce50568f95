// An error, if there is one.
import { explain } from '../api/error';

export function ErrorText({ error }: { error: unknown }) {
  return error ? <p className="problem" role="alert">{explain(error).text}</p> : null;
}
