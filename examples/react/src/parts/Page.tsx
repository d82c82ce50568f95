// A page: its title in the tab and as a heading, which gets the focus, so that screen readers read it.
import { type ReactNode, useEffect, useRef } from 'react';
import { useNotice } from '../router';
import { ErrorText } from './ErrorText';

interface Props {
  title: string;
  error?: unknown;
  /** Pages with a single form are narrow. */
  wide?: boolean;
  children?: ReactNode;
}

export function Page({ title, error, wide = false, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const notice = useNotice();

  useEffect(() => heading.current?.focus(), []);

  return (
    <main className={wide ? 'wide' : 'narrow'}>
      <title>{`${title} · Example`}</title>
      <h1 ref={heading} tabIndex={-1}>{title}</h1>
      {notice && <p className="notice" role="status">{notice}</p>}
      <ErrorText error={error} />
      {children}
    </main>
  );
}
