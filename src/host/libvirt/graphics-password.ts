/**
 * The password of a VM's screen. libvirt stores it in the definition, for root only, and returns it
 * on request. So the password can be compared with the wanted one, and ven stores nothing of it,
 * not even a hash.
 */
import {
  isOwnedBy,
  type DomainFacts,
  type HostState,
  type ObservedDomain,
  type ReadSecret,
  type ResolvedFleet,
  type SecretReference,
} from '../../model/index.js';
import { parseXml } from '../../xml/index.js';
import { domainUuid, graphicsPassword, withPassword } from '../../libvirt/index.js';
import type { Command, Virsh } from './virsh.js';

/**
 * Adds the password facts to the fleet's own domains, with one more virsh process if any domain has
 * a password.
 */
export async function withPasswords(
  virsh: Virsh,
  fleet: ResolvedFleet,
  state: HostState,
  readSecret: ReadSecret,
  signal?: AbortSignal,
): Promise<HostState> {
  const asked = state.domains
    .filter((domain) => isOwnedBy(fleet, domain))
    .filter(({ config, live }) => hasVnc(config) || (live !== null && hasVnc(live)));
  if (asked.length === 0) return state;
  const replies = await virsh.ask(
    asked.flatMap(({ uuid }) => [definition(uuid, '--inactive'), definition(uuid)]),
    { signal },
  );
  const checked = new Map<string, ObservedDomain>();
  for (const [index, domain] of asked.entries()) {
    const wanted = wantedPassword(fleet, domain.uuid, readSecret);
    const withFact = (facts: DomainFacts, reply: string | undefined): DomainFacts => {
      const xml = reply === undefined || reply === '' ? null : parseXml(reply);
      const password =
        xml !== null && domainUuid(xml) === domain.uuid ? graphicsPassword(xml, wanted) : null;
      return password !== null && 'listen' in facts.graphics
        ? { ...facts, graphics: { ...facts.graphics, password } }
        : facts;
    };
    const config = withFact(domain.config, replies[2 * index]?.text);
    checked.set(domain.uuid, {
      ...domain,
      config,
      live: domain.live && withFact(domain.live, replies[2 * index + 1]?.text),
    });
  }
  return { ...state, domains: state.domains.map((domain) => checked.get(domain.uuid) ?? domain) };
}

export function wantedPassword(
  fleet: ResolvedFleet,
  uuid: string,
  readSecret: ReadSecret,
): string | null {
  const graphics = fleet.vms.find((vm) => vm.uuid === uuid)?.graphics;
  return graphics?.type === 'vnc' && graphics.password !== undefined
    ? readSecret(graphics.password)
    : null;
}

/**
 * Changes each definition by itself: the running one has a port, the persistent one may leave it to
 * libvirt.
 */
export async function setGraphicsPassword(
  virsh: Virsh,
  uuid: string,
  readSecret: ReadSecret | undefined,
  reference: SecretReference,
): Promise<void> {
  if (!readSecret) throw new Error('nothing was given to read secrets with');
  const password = readSecret(reference);
  const secrets = [password];
  const [config = '', live = ''] = await virsh.must(
    [definition(uuid, '--inactive'), definition(uuid)],
    [],
    { secrets },
  );
  const running = parseXml(live);
  const updates: Command[] = [
    ['update-device', uuid, { file: withPassword(parseXml(config), password) }, '--config'],
  ];
  if ('id' in running.attrs)
    updates.push(['update-device', uuid, { file: withPassword(running, password) }, '--live']);
  await virsh.must(updates, [], { secrets });
}

function definition(uuid: string, ...more: string[]): Command {
  return ['dumpxml', uuid, '--security-info', ...more];
}

function hasVnc({ graphics }: DomainFacts): boolean {
  return graphics.type === 'vnc';
}
