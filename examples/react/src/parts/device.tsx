// Devices and times of sessions and of the security log, in words.

/** What sessions and log entries know of a device. */
interface Device {
  clientName: string;
  clientVersion: string;
  osName: string;
  osVersion: string;
  deviceName: string;
  countryCode: string;
  countryName: string;
  ip: string;
}

const join = (parts: string[], separator: string) => parts.filter(Boolean).join(separator);

/** The program and its system: `Chrome 140.0 on Linux`. */
export function program({ clientName, clientVersion, osName, osVersion }: Device): string {
  const client = join([clientName, clientVersion], ' ') || 'Unknown client';
  return join([client, join([osName, osVersion], ' ')], ' on ');
}

/** The kind of device and where it is: `smartphone · Germany · 192.0.2.1`. */
export function place({ deviceName, countryCode, countryName, ip }: Device): string {
  return join([deviceName, countryCode === '--' ? '' : countryName, ip], ' · ');
}

/** A point in time, as the reader writes it. */
export function Time({ of }: { of: string }) {
  const text = new Date(of).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return <time dateTime={of}>{text}</time>;
}
