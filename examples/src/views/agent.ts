// The devices of sessions and log entries, in words.
import type { AccountListSessionsQuery } from '../gql/graphql';

type Session = NonNullable<AccountListSessionsQuery['accountListSessions']>['sessions'][number];

/** What tells of a device; sessions and log entries have it alike. */
type Agent = Pick<Session,
  'clientName' | 'clientVersion' | 'osName' | 'osVersion' | 'deviceName' | 'deviceBrand' | 'deviceModel'
  | 'countryCode' | 'countryName' | 'ip'>;

/** The program and its system: `Chrome 140.0 on Linux`. */
export function program(agent: Agent): string {
  const client = join([agent.clientName, agent.clientVersion]) || 'Unknown client';
  const os = join([agent.osName, agent.osVersion]);
  return os ? `${client} on ${os}` : client;
}

/** The device and where it is: `smartphone · Apple iPhone · Germany · 192.0.2.1`; a line ends behind a dot. */
export function place(agent: Agent): string {
  const model = join([agent.deviceBrand, agent.deviceModel]);
  const country = agent.countryCode === '--' ? 'unknown country' : agent.countryName;
  return join([agent.deviceName, model, country, agent.ip], '\u00a0· ');
}

const join = (parts: string[], between = ' ') => parts.filter(Boolean).join(between);
