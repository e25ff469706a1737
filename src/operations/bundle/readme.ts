export interface BundleContents {
  /** `what`: for people; alike parts have the same. */
  parts: { path: string; what: string; bytes: number }[];
  /** What could not be had, and why, in one line. */
  missing: { path: string; what: string; why: string }[];
  warnings: string[];
}

/** What lies in a bundle, for who opens it. */
export function bundleReadme(
  { parts, missing, warnings }: BundleContents,
  { made, fleet }: { made: Date; fleet: string | null },
): string {
  const kinds = new Map<string, string[]>();
  for (const { path, what } of parts) kinds.set(what, [...(kinds.get(what) ?? []), path]);
  const lines = [...kinds].map(
    ([what, paths]) => `- \`${paths.length === 1 ? paths[0] : foldersOf(paths)}\`: ${what}`,
  );
  return `# ${fleet === null ? 'A fleet whose file is wrong' : `The fleet ${fleet}`}

Made by \`ven bundle\` at ${made.toISOString()}. Nothing in here decides anything; it is for reading.

${lines.join('\n')}

${
  missing.length === 0
    ? 'Nothing is missing.'
    : `Missing:\n\n${missing
        .map(({ path, what, why }) => `- \`${path}\` ` + `(${what}): ${why}`)
        .join('\n')}`
}

## Secrets

Taken out, where \`********\` stands: the fleet's credentials, what follows a prompt for a password, passwords in addresses, tokens,
private keys. What a node says otherwise, in its own words, nobody can tell: look through it before you send it to others.
${warnings.map((warning) => `\n- ${warning}`).join('')}
`;
}

function foldersOf(paths: readonly string[]): string {
  const [first = ''] = paths;
  return `${first.slice(0, first.indexOf('/'))}/` + ` (${paths.length})`;
}
