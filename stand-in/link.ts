/**
 * An address of this machine that lies on none of libvirt's networks, as a real orchestrator's
 * would: on a bridge device without ports, with a prefix of /32, so that no subnet is claimed.
 * Nodes of a NAT network reach it over their gateway.
 */
import { run } from './run.ts';

/** Written to the device, so that only a device of ours is ever taken away. */
const ALIAS = 'stand-in orchestrator';

interface Address {
  local?: string;
  prefixlen?: number;
}

interface Link {
  ifname: string;
  ifalias?: string;
  addr_info?: Address[];
}

const number = (address: string): number =>
  address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);

/** Whether the address lies in `within`: an address, `a.b.c.d/n`, or the word `default`. */
function lies(address: string, within: string): boolean {
  if (!/^\d/.test(within)) return false;
  const [base = '', prefix = '32'] = within.split('/');
  const size = 2 ** (32 - Number(prefix));
  return Math.floor(number(address) / size) === Math.floor(number(base) / size);
}

async function taken(address: string): Promise<string | undefined> {
  const links = JSON.parse(await run('ip', ['-j', '-4', 'addr', 'show'])) as Link[];
  const routes = JSON.parse(await run('ip', ['-j', '-4', 'route', 'show', 'table', 'all'])) as {
    dst: string;
    dev?: string;
  }[];
  const of = links.find(({ addr_info = [] }) =>
    addr_info.some(({ local = '', prefixlen = 32 }) => lies(address, `${local}/${prefixlen}`)),
  );
  return of?.ifname ?? routes.find(({ dst }) => lies(address, dst))?.dev;
}

/**
 * An address that no device or route of this machine has; `seed` (a process id) keeps two runs
 * apart, also those of neighbouring ids that each want several addresses at the same moment.
 */
export async function freeAddress(seed: number): Promise<string> {
  for (let step = 0; step < 250; step += 1) {
    const address = `10.231.${((seed * 7 + step) % 250) + 2}.1`;
    if ((await taken(address)) === undefined) return address;
  }
  throw new Error('No free address left in 10.231.0.0/16');
}

async function find(name: string): Promise<Link | undefined> {
  const links = JSON.parse(await run('ip', ['-j', 'link', 'show', 'type', 'bridge'])) as Link[];
  return links.find(({ ifname }) => ifname === name);
}

/**
 * Creates the device with the address; one of ours that an interrupted run left is replaced. Needs
 * root.
 */
export async function addLink(name: string, address: string): Promise<void> {
  if (name.length > 15)
    throw new Error(`${name} is longer than the 15 characters of a device name`);
  await removeLink(name);
  const holder = await taken(address);
  if (holder !== undefined)
    throw new Error(
      `${address} is in use on ${holder}: choose another address for the stand-in orchestrator`,
    );
  await run('ip', ['link', 'add', 'name', name, 'type', 'bridge']);
  await run('ip', ['link', 'set', 'dev', name, 'alias', ALIAS]);
  await run('ip', ['addr', 'add', `${address}/32`, 'dev', name]);
  await run('ip', ['link', 'set', 'dev', name, 'up']);
}

/** Takes the device away if it is there; refuses one that is not ours. */
export async function removeLink(name: string): Promise<void> {
  const link = await find(name);
  if (!link) return;
  if (link.ifalias !== ALIAS)
    throw new Error(`The bridge ${name} is there and is not a stand-in orchestrator's`);
  await run('ip', ['link', 'delete', 'dev', name]);
}
