// Forms and their fields. A field is named like the argument it becomes, so that errors find their way to it.
import { type ComponentProps, type ReactNode, type SubmitEvent, createContext, useContext, useEffect, useId, useRef, useState } from 'react';
import { type ErrorTexts, type Problem, explain } from '../api/error';
import { useStepUp } from '../api/stepUp';

const ProblemContext = createContext<Problem | undefined>(undefined);

interface FormProps<Name extends string> {
  /** The text of the button. */
  submit: string;
  /** Sends the fields' values. What it throws is shown. */
  onSubmit: (values: Record<Name, string>) => Promise<void>;
  /** What is said when it is done. */
  done?: string;
  /** What errors mean in this form, where that differs from the usual. */
  errorTexts?: ErrorTexts;
  danger?: boolean;
  children?: ReactNode;
}

export function Form<Name extends string>({ submit, onSubmit, done, errorTexts, danger, children }: FormProps<Name>) {
  const form = useRef<HTMLFormElement>(null);
  const [state, setState] = useState<'ready' | 'busy' | 'done'>('ready');
  const [problem, setProblem] = useState<Problem>();
  const stepUp = useStepUp();

  async function send(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (state === 'busy') return;
    setState('busy');
    setProblem(undefined);
    try {
      const values = Object.fromEntries(new FormData(event.currentTarget)) as Record<Name, string>;
      await stepUp(() => onSubmit(values));
      form.current?.reset();
      setState('done');
    } catch (error) {
      const { text, field } = explain(error, errorTexts);
      const hasField = field && form.current?.elements.namedItem(field);
      setProblem(hasField ? { text, field } : { text });
      setState('ready');
    }
  }

  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problem]);

  return (
    <form ref={form} onSubmit={send}>
      <ProblemContext value={problem}>{children}</ProblemContext>
      {problem && !problem.field && <p className="problem" role="alert">{problem.text}</p>}
      <div className="action">
        {/* Not `disabled`, which would take the focus away. */}
        <button className={danger ? 'danger' : 'primary'} aria-disabled={state === 'busy'}>{submit}</button>
        <span role="status">{state === 'done' && done}</span>
      </div>
    </form>
  );
}

export function Field({ label, hint, ...input }: { label: string; name: string; hint?: string } & ComponentProps<'input'>) {
  const id = useId();
  const problem = useContext(ProblemContext);
  const isWrong = problem?.field === input.name;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} required aria-invalid={isWrong} aria-describedby={`${id}-hint ${id}-problem`} {...input} />
      {hint && <small id={`${id}-hint`}>{hint}</small>}
      {isWrong && <p className="problem" id={`${id}-problem`} role="alert">{problem?.text}</p>}
    </div>
  );
}
