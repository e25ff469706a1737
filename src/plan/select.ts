import { matchesGlob, nearest, VenError, type Address, type PlanOptions } from '../model/index.js';

/** What `--target`, `--exclude` and `--replace` name. */
export interface Selection {
  /** Whether this thing itself was asked for, and is not refused. */
  has(address: Address): boolean;
  /** Whether `--target` names it. */
  targeted(address: Address): boolean;
  excluded(address: Address): boolean;
  replaces(address: Address): boolean;
  /** Something stands against it: it is left exactly as it is. */
  refused(address: Address): boolean;
  /** What is created, or is off, is left off. */
  readonly leaveOff: boolean;
}

/**
 * Patterns are addresses, or names of VMs, with `*` for any part: `vm.edge-*`. Every pattern must
 * match something of `known` (the fleet's things, and what the host still has of it); throws
 * `not-found`, naming all that do not.
 */
export function select(options: PlanOptions, known: readonly Address[]): Selection {
  const addresses = new Set(known);
  const named = (patterns: readonly string[]): Named[] =>
    patterns.map((pattern) => ({ pattern, matches: matchesOf(pattern, addresses) }));
  const byFlag = {
    '--target': named(options.targets),
    '--exclude': named(options.excludes),
    '--replace': named(options.replace),
  };
  const unmatched = Object.entries(byFlag).flatMap(([flag, each]) =>
    each.flatMap(({ pattern, matches }) => (matches.length === 0 ? { flag, pattern } : [])),
  );
  if (unmatched.length > 0) throw notFound(unmatched, known);
  const [targets, excludes, replaced] = Object.values(byFlag).map(
    (each) => new Set(each.flatMap(({ matches }) => matches)),
  ) as [Set<Address>, Set<Address>, Set<Address>];
  const excluded = (address: Address): boolean => excludes.has(address);
  const has = (address: Address): boolean =>
    (options.targets.length === 0 || targets.has(address)) && !excluded(address);
  const idle = byFlag['--replace'].filter(({ matches }) => !matches.some(has));
  if (known.length > 0 && !known.some(has)) throw nothingSelected(options);
  if (idle.length > 0) throw notToReplace(idle, options);
  return {
    has,
    excluded,
    targeted: (address) => targets.has(address),
    replaces: (address) => replaced.has(address) && has(address),
    refused: () => false,
    leaveOff: options.leaveOff ?? false,
  };
}

/** The same without what is refused. */
export function withoutRefused(selection: Selection, refused: ReadonlySet<Address>): Selection {
  return {
    ...selection,
    has: (address) => selection.has(address) && !refused.has(address),
    replaces: (address) => selection.replaces(address) && !refused.has(address),
    refused: (address) => refused.has(address),
  };
}

interface Named {
  pattern: string;
  matches: Address[];
}

function matchesOf(pattern: string, known: ReadonlySet<Address>): Address[] {
  if (known.has(pattern)) return [pattern];
  return [...known].filter(matcher(pattern));
}

/** Whether an address is one that a pattern names: `vm.edge-*`, `edge-1`. */
export function matcher(pattern: string): (address: Address) => boolean {
  const isName = !pattern.includes('.');
  return (address) =>
    matchesGlob(pattern, address) || (isName && matchesGlob(`vm.${pattern}`, address));
}

/** Whether these options ask for this thing. */
export function isSelected(
  { targets, excludes }: Pick<PlanOptions, 'targets' | 'excludes'>,
  address: Address,
): boolean {
  const names = (patterns: readonly Address[]): boolean =>
    patterns.some((pattern) => matcher(pattern)(address));
  return (targets.length === 0 || names(targets)) && !names(excludes);
}

function nothingSelected({ targets, excludes }: PlanOptions): VenError {
  const asked = targets.length === 0 ? 'the fleet' : flags('--target', targets);
  return new VenError('not-found', {
    summary: `Nothing is selected: ${flags('--exclude', excludes)} leaves nothing of ${asked}`,
    hint: 'Nothing was compared or changed. Exclude less.',
  });
}

function notToReplace(idle: readonly Named[], { targets, excludes }: PlanOptions): VenError {
  const patterns = idle.map(({ pattern }) => pattern);
  const others = [flags('--target', targets), flags('--exclude', excludes)].filter(Boolean);
  return new VenError('not-found', {
    summary:
      `Nothing that ${flags('--replace', patterns)} names is selected by ` + others.join(' '),
    hint: 'Name it with --target, too, or exclude less.',
  });
}

function flags(flag: string, patterns: readonly string[]): string {
  return patterns.map((pattern) => `${flag} ${pattern}`).join(' ');
}

function notFound(
  unmatched: readonly { flag: string; pattern: string }[],
  known: readonly Address[],
): VenError {
  const guesses = [...new Set(unmatched.map(({ pattern }) => guess(pattern, known)))].filter(
    (address) => address !== null,
  );
  const patterns = unmatched.map(({ flag, pattern }) => `${flag} ${pattern}`).join(', ');
  return new VenError('not-found', {
    summary: `Nothing in this fleet matches ${patterns}`,
    hint:
      numbered(unmatched, known) ??
      (guesses.length > 0 ? `Did you mean ${guesses.join(', ')}?` : whatIsKnown(known)),
  });
}

function whatIsKnown(known: readonly Address[]): string {
  if (known.length === 0) return 'The fleet is empty, and the host has nothing of it.';
  const some = known.slice(0, 3).join(', ');
  return `Addresses look like ${some}; * stands for any part (vm.*).`;
}

/** For `edge`, or `vm.edge`, where a `count` has made several of it. */
function numbered(
  unmatched: readonly { pattern: string }[],
  known: readonly Address[],
): string | null {
  for (const { pattern } of unmatched) {
    const name = `vm.${pattern.replace(/^vm\./, '')}`;
    const vms = known.filter((address) => address.replace(/-\d+$/, '') === name);
    if (vms.length > 1) return `${pattern} stands for ${vms.length} VMs: ${name}-* names them.`;
  }
  return null;
}

function guess(pattern: string, known: readonly Address[]): Address | null {
  const same = known.find((address) => address.endsWith(`.${pattern}`));
  const asVm = pattern.includes('.') ? null : nearest(`vm.${pattern}`, known);
  return same ?? asVm ?? nearest(pattern, known);
}
