// A button that does something on the server, and shows how that went.
import { type ReactNode, useState } from 'react';
import { useStepUp } from '../api/stepUp';
import { ErrorText } from './ErrorText';

interface Props {
  run: () => Promise<void>;
  /** What is said when it is done. */
  done?: string;
  /** The label, where the text alone doesn't say what the button is about. */
  label?: string;
  children: ReactNode;
}

export function Action({ run, done, label, children }: Props) {
  const [state, setState] = useState<'ready' | 'busy' | 'done'>('ready');
  const [error, setError] = useState<unknown>();
  const stepUp = useStepUp();

  async function start() {
    if (state === 'busy') return;
    setState('busy');
    setError(undefined);
    try {
      await stepUp(run);
      setState('done');
    } catch (reason) {
      setError(reason);
      setState('ready');
    }
  }

  return (
    <div className="action">
      {/* Not `disabled`, which would take the focus away. */}
      <button type="button" onClick={start} aria-disabled={state === 'busy'} aria-label={label}>{children}</button>
      <span role="status">{state === 'done' && done}</span>
      <ErrorText error={error} />
    </div>
  );
}
