// What all views are made of.
import { type ComponentProps, type ReactNode, useId } from 'react';
import { words } from '../api/error';

/** A part of the page under a heading. */
export function Panel({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id}>
      <header><h2 id={id}>{title}</h2>{aside}</header>
      {children}
    </section>
  );
}

/** An error, if there is one. */
export function Problem({ error }: { error: unknown }) {
  return error ? <p className="problem" role="alert">{words(error)}</p> : null;
}

/** A labelled input. */
export function Field({ label, hint, ...input }: { label: string; hint?: string } & ComponentProps<'input'>) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} aria-describedby={hint && `${id}-hint`} {...input} />
      {hint && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  );
}

/** A point in time, as the reader writes it. */
export function Time({ of }: { of: string }) {
  const text = new Date(of).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return <time dateTime={of}>{text}</time>;
}
