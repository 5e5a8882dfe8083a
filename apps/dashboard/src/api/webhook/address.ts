import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { TaskError } from '@whisper-bot/task';

/** All addresses of a host name. Rejects where it has none. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

export const resolveByDns: Resolve = (hostname) => lookup(hostname, { all: true, verbatim: true });

/** What the internet does not route: IANA's special-purpose registry of IPv4, multicast and the reserved rest. */
const private4: readonly [network: string, prefix: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
/** Within 2000::/3, the only block that is given out: protocols (Teredo among them), documentation, and 6to4. */
const private6: readonly [network: string, prefix: number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const blocked = new BlockList();
for (const [network, prefix] of private4) blocked.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of private6) blocked.addSubnet(network, prefix, 'ipv6');
const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');

/** Whether an address is of the public internet; IPv4 in the clothes of IPv6 (mapped, NAT64) is not. */
const isPublic = (address: string): boolean => {
  switch (isIP(address)) {
    case 4:
      return !blocked.check(address, 'ipv4');
    case 6:
      return global6.check(address, 'ipv6') && !blocked.check(address, 'ipv6');
    default:
      return false;
  }
};

export interface AddressRule {
  /** Whether private addresses are allowed as well. */
  allowPrivate: boolean;
  resolve: Resolve;
}

/**
 * The addresses a webhook may connect to. One that is not public refuses the whole name: it would be reached by trying again.
 * Throws TaskError `invalid-request`; rejects with the resolver's error where the name is not known right now.
 */
export const addressesOf = async (url: URL, { allowPrivate, resolve }: AddressRule): Promise<LookupAddress[]> => {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(host);
  const addresses = family === 0 ? await resolve(host) : [{ address: host, family }];
  if (!allowPrivate && (addresses.length === 0 || addresses.some(({ address }) => !isPublic(address)))) {
    throw refused('The webhook leads into a private network.', addresses.map(({ address }) => address).join(', '));
  }
  return addresses;
};

/** A webhook's address as a client wrote it. Throws TaskError `invalid-request`. */
export const parseWebhook = (text: string): URL => {
  if (!URL.canParse(text)) throw refused('The webhook is no URL.', text);
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw refused('A webhook is reached by https or http.', text);
  if (url.username !== '' || url.password !== '') throw refused('A webhook carries no user and password.', url.host);
  return url;
};

const refused = (message: string, cause: string): TaskError => new TaskError('invalid-request', message, { cause });
