/** `orchestrator` as written → what it means. */
import {
  isUefi,
  type CredentialReferences,
  type Fleet,
  type FleetCredentials,
  type ProfileSource,
  type ResolvedNetwork,
  type FleetProvider,
  type ResolvedOrchestrator,
  type ResolvedProvider,
  type ResolvedVm,
} from '../../model/index.js';
import { secretReference } from './secrets.js';

/** The profiles that come with ven; the first is the default. */
export const PROFILES = ['edge-node'] as const;

/** Where the reference scripts look. */
const VARIABLES = {
  interactive: { username: 'ONBOARDING_USERNAME', password: 'ONBOARDING_PASSWORD' },
  'non-interactive': { username: 'PROJECT_API_USER', password: 'PROJECT_API_PASSWORD' },
};

/** `caCertificates`: as `ResolvedOrchestrator`'s. */
export function resolveOrchestrator(
  { orchestrator, networks }: Fleet,
  caCertificates: string[] | null,
): ResolvedOrchestrator | null {
  if (!orchestrator) return null;
  const { domain, onboarding = 'none', credentials, osCredentials } = orchestrator;
  const usual = onboarding === 'none' ? null : VARIABLES[onboarding];
  return {
    bootUrl:
      orchestrator.bootUrl ??
      `https://tinkerbell-haproxy.${domain ?? ''}/tink-stack/signed_ipxe.efi`,
    caCertificates,
    domain: domain ?? null,
    onboarding,
    project: orchestrator.project ?? null,
    credentials: credentials
      ? referencesOf(credentials)
      : usual && { username: { env: usual.username }, password: { env: usual.password } },
    osCredentials: osCredentials ? referencesOf(osCredentials) : null,
    profile: profileSource(orchestrator.profile ?? PROFILES[0]),
    removeHosts: orchestrator.removeHosts ?? false,
    provider: orchestrator.provider ? resolveProvider(orchestrator.provider) : null,
    addresses: Object.fromEntries(
      Object.values(networks ?? {}).flatMap((network) =>
        Object.entries(network.dns?.hosts ?? {}).flatMap(([ip, names]) =>
          names.map((name) => [name.toLowerCase(), ip]),
        ),
      ),
    ),
  };
}

/** A default OS is of no use to hosts that are not provisioned by themselves. */
function resolveProvider({
  defaultOs,
  autoProvision = defaultOs === undefined ? undefined : true,
  osSecurityFeatureEnable,
  defaultLocalAccount: account,
}: FleetProvider): ResolvedProvider {
  return {
    ...(defaultOs !== undefined && { defaultOs }),
    ...(autoProvision !== undefined && { autoProvision }),
    ...(osSecurityFeatureEnable !== undefined && { osSecurityFeatureEnable }),
    ...(account !== undefined && { defaultLocalAccount: resolveAccount(account) }),
  };
}

function resolveAccount(
  account: NonNullable<FleetProvider['defaultLocalAccount']>,
): NonNullable<ResolvedProvider['defaultLocalAccount']> | null {
  if (account === false) return null;
  if (typeof account === 'string') return { name: account, sshKey: null };
  return { name: account.username, sshKey: account.sshKey.trim() };
}

function referencesOf({ username, password }: FleetCredentials): CredentialReferences {
  return { username: secretReference(username), password: secretReference(password) };
}

/** A path begins with ./, ../ or /; anything else is the name of a profile. */
export function profileSource(profile: string): ProfileSource {
  return /^(\.{0,2}\/)/.test(profile) ? { file: profile } : { builtin: profile };
}

/**
 * The part that a plan depends on. Keys that are not written are left out, here too: so a fleet
 * file from before these keys has the same digest.
 */
export function plannedBy(orchestrator: ResolvedOrchestrator | null): object | undefined {
  if (!orchestrator) return undefined;
  const { bootUrl, caCertificates, domain, onboarding, project, removeHosts, provider } =
    orchestrator;
  const asks = onboarding === 'non-interactive' || removeHosts || provider !== null;
  return {
    bootUrl,
    caCertificates,
    ...(asks && { api: { domain, project, onboarding, removeHosts } }),
    ...(provider !== null && { provider }),
  };
}

/** Warns of VMs that never boot from the orchestrator. */
export function onboardingWarnings(
  orchestrator: ResolvedOrchestrator | null,
  vms: readonly ResolvedVm[],
  networks: readonly ResolvedNetwork[],
): string[] {
  if (!orchestrator || orchestrator.onboarding === 'none') return [];
  const silent = new Set(
    networks.flatMap((network) =>
      network.kind === 'own' && network.bootUrl === null ? [network.address] : [],
    ),
  );
  return vms.flatMap((vm) => {
    const why = whyNotBooted(vm, silent);
    return why === null ? [] : [`${vm.address}: ${why}, so it can't be onboarded`];
  });
}

function whyNotBooted(
  { boot, firmware, nics }: ResolvedVm,
  silent: ReadonlySet<string>,
): string | null {
  if (!boot.includes('network')) return '`boot` leaves the network out';
  if (!isUefi(firmware)) return 'a BIOS does not boot over HTTP';
  if (nics.length === 0) return 'it has no network card';
  const told = nics.some(
    ({ source }) => source.kind === 'bridge' || source.own === null || !silent.has(source.own),
  );
  return told ? null : 'its networks do not say where to boot from';
}
