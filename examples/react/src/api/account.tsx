// The signed-in user, for all pages.
import { type ReactNode, createContext, useContext, useState } from 'react';
import { graphql } from '../gql';
import type { MeFragment } from '../gql/graphql';
import { run } from './client';
import { useChanges } from './useChanges';
import { useQuery } from './useQuery';

const AccountStatus = graphql(`
  query AccountStatus {
    accountStatus { ...Me }
  }

  fragment Me on User {
    _id
    name
    email
    emailVerification
    phone
    phoneVerification
    passwordUpdate
    prefs { json }
  }
`);

export type User = MeFragment;

interface Account {
  /** Null for a guest; undefined until the server has answered. */
  user: User | null | undefined;
  error: unknown;
  /** Reads the user again: after a sign-in, a sign-out, and each change. */
  reload: () => Promise<void>;
  /** Counts what has happened to the account. Pages that show more of it than the user reload when it changes. */
  version: number;
}

const AccountContext = createContext<Account | undefined>(undefined);

export function AccountProvider({ children }: { children: ReactNode }) {
  const { data, error, reload } = useQuery(() => run(AccountStatus));
  const [version, setVersion] = useState(0);
  const user = data && (data.accountStatus ?? null);

  useChanges(user?._id, () => {
    reload();
    setVersion((count) => count + 1);
  });

  return <AccountContext value={{ user, error, reload, version }}>{children}</AccountContext>;
}

export function useAccount(): Account {
  const account = useContext(AccountContext);
  if (!account) throw new Error('useAccount needs an AccountProvider around it');
  return account;
}
