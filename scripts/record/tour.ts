/** The README's tour as data: its fleet file, and what is typed, in order. */
export interface Tour {
  fleet: string;
  commands: string[];
}

/** @throws Error when the README has no such section, or the section no fleet file */
export function tourOf(readme: string): Tour {
  const [, section = ''] = /^## Five minutes\n(.*?)^## /ms.exec(readme) ?? [];
  const [, fleet] = /^```yaml\n(.*?)^```/ms.exec(section) ?? [];
  const consoles = [...section.matchAll(/^```console\n(.*?)^```/gms)].map(([, text = '']) => text);
  const commands = consoles.flatMap((text) =>
    [...text.matchAll(/^\$ (.*)$/gm)].map(([, command = '']) => command),
  );
  if (fleet === undefined || commands.length === 0) throw new Error('README.md has no tour.');
  return { fleet, commands };
}
