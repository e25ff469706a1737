import { nearest, VenError, type Address, type PlanOptions } from '../model/index.js';

/** What `--target`, `--exclude` and `--replace` name. */
export interface Selection {
  /** Whether this thing itself was asked for. */
  has(address: Address): boolean;
  /** Whether `--target` names it. */
  targeted(address: Address): boolean;
  excluded(address: Address): boolean;
  replaces(address: Address): boolean;
  /** What is made, or is off, is left off. */
  readonly leaveOff: boolean;
}

/**
 * Patterns are addresses, with `*` for any part: `vm.edge-*`. Every pattern must match something of `known`
 * (the fleet's things, and what the host still has of it); throws `not-found`, naming all that do not.
 */
export function select(options: PlanOptions, known: readonly Address[]): Selection {
  const unmatched: { flag: string; pattern: string }[] = [];
  const resolve = (flag: string, patterns: readonly string[]): Set<Address> => {
    const found = new Set<Address>();
    const addresses = new Set(known);
    for (const pattern of patterns) {
      if (addresses.has(pattern)) {
        found.add(pattern);
        continue;
      }
      const matches = pattern.includes('*') ? known.filter(matcher(pattern)) : [];
      if (matches.length === 0) unmatched.push({ flag, pattern });
      for (const address of matches) found.add(address);
    }
    return found;
  };
  const targets = resolve('--target', options.targets);
  const excludes = resolve('--exclude', options.excludes);
  const replaced = resolve('--replace', options.replace);
  if (unmatched.length > 0) throw notFound(unmatched, known);
  const excluded = (address: Address): boolean => excludes.has(address);
  const has = (address: Address): boolean =>
    (options.targets.length === 0 || targets.has(address)) && !excluded(address);
  return {
    has,
    excluded,
    targeted: (address) => targets.has(address),
    replaces: (address) => replaced.has(address) && has(address),
    leaveOff: options.leaveOff ?? false,
  };
}

/** Whether an address is one that a pattern names: `vm.edge-*`. */
export function matcher(pattern: string): (address: Address) => boolean {
  const expression = new RegExp(`^${pattern.split('*').map(escape).join('.*')}$`);
  return (address) => expression.test(address);
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function notFound(
  unmatched: readonly { flag: string; pattern: string }[],
  known: readonly Address[],
): VenError {
  const guesses = [...new Set(unmatched.map(({ pattern }) => guess(pattern, known)))].filter(
    (address) => address !== null,
  );
  return new VenError('not-found', {
    summary: `Nothing in this fleet matches ${unmatched.map(({ flag, pattern }) => `${flag} ${pattern}`).join(', ')}`,
    hint:
      guesses.length > 0
        ? `Did you mean ${guesses.join(', ')}?`
        : known.length > 0
          ? `Addresses look like ${known.slice(0, 3).join(', ')}; * stands for any part (vm.edge-*).`
          : 'The fleet is empty, and the host has nothing of it.',
  });
}

function guess(pattern: string, known: readonly Address[]): Address | null {
  return known.find((address) => address.endsWith(`.${pattern}`)) ?? nearest(pattern, known);
}
