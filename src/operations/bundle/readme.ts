export interface BundleContents {
  /** `what`: a description; similar parts share it. */
  parts: { path: string; what: string; bytes: number }[];
  /** What could not be collected; `why` is one line. */
  missing: { path: string; what: string; why: string }[];
  warnings: string[];
}

/** The table of contents of a bundle. */
export function bundleReadme(
  { parts, missing, warnings }: BundleContents,
  { made, fleet }: { made: Date; fleet: string | null },
): string {
  const kinds = new Map<string, string[]>();
  for (const { path, what } of parts) kinds.set(what, [...(kinds.get(what) ?? []), path]);
  const lines = [...kinds].map(
    ([what, paths]) => `- \`${paths.length === 1 ? paths[0] : foldersOf(paths)}\`: ${what}`,
  );
  const missingLines = missing.map(({ path, what, why }) => `- \`${path}\` (${what}): ${why}`);
  return `# ${fleet === null ? 'A fleet whose file is wrong' : `The fleet ${fleet}`}

Created by \`ven bundle\` at ${made.toISOString()}. The files are for reading only.

${lines.join('\n')}

${missing.length === 0 ? 'Nothing is missing.' : `Missing:\n\n${missingLines.join('\n')}`}

## Secrets

\`********\` replaces secrets: the fleet's credentials, text after a prompt for a password,
passwords in addresses, tokens, private keys. ven can't recognize other secrets in a node's own
output: read it before you send it to others.
${warnings.map((warning) => `\n- ${warning}`).join('')}
`;
}

function foldersOf(paths: readonly string[]): string {
  const [first = ''] = paths;
  return `${first.slice(0, first.indexOf('/'))}/` + ` (${paths.length})`;
}
