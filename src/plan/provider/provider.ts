/** The project's provider: what differs, and what it takes. */
import {
  isSameKey,
  nearest,
  PROVIDER,
  type Change,
  type FieldChange,
  type LocalAccount,
  type ObservedProvider,
  type ProviderSettings,
  type Refusal,
  type ResolvedFleet,
  type ResolvedProvider,
  type SeenProvider,
} from '../../model/index.js';
import type { Part } from '../part.js';
import type { Selection } from '../select.js';
import { inSequence } from '../sequence.js';

/** What is to be done about the provider. */
export interface ProviderIntent {
  project: string;
  isMissing: boolean;
  /** None: it is as the fleet file says. */
  differences: Difference[];
  /** To be created first; then it is the default. */
  account: Omit<LocalAccount, 'id'> | null;
  /** What the fleet file names, and the orchestrator does not have. */
  obstacles: Obstacle[];
}

type Obstacle = Omit<Refusal, 'address'>;

/** A setting with its new value, and both values for people. */
interface Difference extends Pick<FieldChange, 'path' | 'before' | 'after' | 'why'> {
  set: Partial<ProviderSettings>;
}

/** null: it is not asked for, or nothing is known of it. */
export function providerIntent(
  { orchestrator }: ResolvedFleet,
  seen: SeenProvider | null,
  selection: Selection,
): ProviderIntent | null {
  const wanted = orchestrator?.provider ?? null;
  if (wanted === null || seen === null || 'unknown' in seen || !selection.has(PROVIDER))
    return null;
  const { observed } = seen;
  const found = [
    defaultOs(wanted, observed),
    flag('autoProvision', wanted, observed),
    flag('osSecurityFeatureEnable', wanted, observed),
    localAccount(wanted, observed),
  ].filter((each) => each !== null);
  return {
    project: orchestrator?.project ?? '',
    isMissing: observed.settings === null,
    differences: found.flatMap((each) => ('path' in each ? each : [])),
    account: newAccount(wanted, observed),
    obstacles: found.flatMap((each) => ('code' in each ? each : [])),
  };
}

export function providerRefusals(intent: ProviderIntent | null): Refusal[] {
  return (intent?.obstacles ?? []).map((obstacle) => ({ address: PROVIDER, ...obstacle }));
}

/** Why it is not compared. */
export function providerWarnings(seen: SeenProvider | null): string[] {
  return seen !== null && 'unknown' in seen ? [`${PROVIDER} is not compared: ${seen.unknown}`] : [];
}

/** `ready`: the step that VMs wait for which are about to install themselves. */
export function providerPart(intent: ProviderIntent | null): Part & { ready: string[] } {
  if (intent === null || (!intent.isMissing && intent.differences.length === 0))
    return { changes: [], steps: [], ready: [] };
  const { differences, account } = intent;
  const settings = Object.assign(
    {},
    ...differences.map(({ set }) => set),
  ) as Partial<ProviderSettings>;
  // Longer than the client goes on trying, with each of the calls that it takes.
  const steps = inSequence(PROVIDER, [
    { name: 'set', timeoutSeconds: 900, kind: 'provider-set', settings, account },
  ]);
  return { changes: [changeOf(intent)], steps, ready: steps.map(({ id }) => id) };
}

function changeOf({ project, isMissing, differences }: ProviderIntent): Change {
  const notes = [`holds for all new hosts of the orchestrator's project ${project}`];
  const common = { address: PROVIDER, notes };
  if (isMissing) {
    const after = differences.map(({ path, after: value }) => [path, value ?? 'none'] as const);
    return { ...common, action: 'create', reason: 'missing', after: Object.fromEntries(after) };
  }
  const fields = differences.map(({ set: _, ...field }) => ({ ...field, effect: 'live' as const }));
  return { ...common, action: 'update', reason: 'differs', fields };
}

function defaultOs(
  { defaultOs: asked }: ResolvedProvider,
  { settings, osProfiles }: ObservedProvider,
): Difference | Obstacle | null {
  if (asked === undefined) return null;
  const before = settings?.defaultOs ?? '';
  const alike = osProfiles.filter(({ id, name }) => id === asked || name === asked);
  // Versions of one profile have one name.
  const found = alike.find(({ id }) => id === before) ?? alike[0];
  if (found === undefined) {
    const names = osProfiles.map(({ name }) => name);
    return unknown('operating system profile', asked, names, 'Correct `defaultOs`.');
  }
  if (settings !== null && before === found.id) return null;
  const named = osProfiles.find(({ id }) => id === before)?.name ?? before;
  return {
    path: 'defaultOs',
    before: settings && (named === '' ? null : named),
    // Two versions are told apart by their ids.
    after: named === found.name ? found.id : found.name,
    set: { defaultOs: found.id },
  };
}

function flag(
  path: 'autoProvision' | 'osSecurityFeatureEnable',
  wanted: ResolvedProvider,
  { settings }: ObservedProvider,
): Difference | null {
  const value = wanted[path];
  if (value === undefined || settings?.[path] === value) return null;
  const before = settings && yesOrNo(settings[path]);
  return { path, before, after: yesOrNo(value), set: { [path]: value } };
}

function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

function localAccount(
  { defaultLocalAccount: asked }: ResolvedProvider,
  { settings, localAccounts }: ObservedProvider,
): Difference | Obstacle | null {
  if (asked === undefined) return null;
  const path = 'defaultLocalAccount';
  const current = settings?.defaultLocalAccount ?? '';
  const named = localAccounts.find(({ id }) => id === current)?.username ?? current;
  const before = named === '' ? null : named;
  if (asked === null) {
    if (settings !== null && before === null) return null;
    return { path, before, after: null, set: { defaultLocalAccount: '' } };
  }
  const found = accountOf(asked.name, localAccounts);
  if (found === undefined) {
    if (asked.sshKey !== null)
      return { path, before, after: asked.name, why: 'the account is created', set: {} };
    const names = localAccounts.map(({ username }) => username);
    const create = 'Correct the name; or write { username, sshKey }, and ven creates the account.';
    return unknown('local account', asked.name, names, create);
  }
  if (asked.sshKey !== null && !isSameKey(found.sshKey, asked.sshKey))
    return {
      code: 'foreign-object',
      summary: `The orchestrator's local account ${asked.name} has another SSH key`,
      hint:
        'It can change no account. Choose another user name, or leave `sshKey` out to take ' +
        'the account as it is.',
    };
  if (settings !== null && current === found.id) return null;
  return { path, before, after: found.username, set: { defaultLocalAccount: found.id } };
}

function accountOf(name: string, accounts: readonly LocalAccount[]): LocalAccount | undefined {
  return accounts.find(({ id, username }) => id === name || username === name);
}

function newAccount(
  { defaultLocalAccount: asked }: ResolvedProvider,
  { localAccounts }: ObservedProvider,
): ProviderIntent['account'] {
  if (asked?.sshKey == null || accountOf(asked.name, localAccounts)) return null;
  return { username: asked.name, sshKey: asked.sshKey };
}

function unknown(what: string, name: string, known: readonly string[], fix: string): Obstacle {
  const near = nearest(name, known);
  return {
    code: 'provider-refused',
    summary: `The orchestrator has no ${what} ${JSON.stringify(name)}`,
    detail: known.length === 0 ? 'It has none.' : `It has: ${known.toSorted().join(', ')}`,
    hint: near === null ? fix : `Did you mean ${JSON.stringify(near)}?`,
  };
}
