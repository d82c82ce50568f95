// The signed-in user, for all pages.
import { type ReactNode, createContext, useContext, useState } from 'react';
import { graphql } from '../gql';
import type { MeFragment } from '../gql/graphql';
import { isSignedOut, run } from './client';
import { ApiError } from './error';
import { useChanges } from './useChanges';
import { useQuery } from './useQuery';

const Account = graphql(`
  query Account {
    accountGet { ...Me }
  }

  fragment Me on User {
    _id
    name
    email
    emailVerification
    phone
    phoneVerification
    passwordUpdate
    mfa
    prefs { json }
  }
`);

export type User = MeFragment;

interface State {
  /** Null for a guest; undefined until the server has answered. */
  user: User | null | undefined;
  /** Whether somebody has signed in, and has yet to show a second factor. To the app, it is a guest until then. */
  isHalfOpen: boolean;
  error: unknown;
  /** Reads the user again: after a sign-in, a sign-out, and each change. */
  reload: () => Promise<void>;
  /** Counts what has happened to the account. Pages that show more of it than the user reload when it changes. */
  version: number;
}

const AccountContext = createContext<State | undefined>(undefined);

async function read(): Promise<{ user: User | null; isHalfOpen: boolean }> {
  try {
    return { user: (await run(Account)).accountGet ?? null, isHalfOpen: false };
  } catch (error) {
    const type = error instanceof ApiError && error.type;
    if (isSignedOut(error) || type === 'user_blocked') return { user: null, isHalfOpen: false };
    if (type === 'user_more_factors_required') return { user: null, isHalfOpen: true };
    throw error;
  }
}

export function AccountProvider({ children }: { children: ReactNode }) {
  const { data, error, reload } = useQuery(read);
  const [version, setVersion] = useState(0);
  const { user, isHalfOpen = false } = data ?? {};

  useChanges(user?._id, () => {
    reload();
    setVersion((count) => count + 1);
  });

  return <AccountContext value={{ user, isHalfOpen, error, reload, version }}>{children}</AccountContext>;
}

export function useAccount(): State {
  const account = useContext(AccountContext);
  if (!account) throw new Error('useAccount needs an AccountProvider around it');
  return account;
}
