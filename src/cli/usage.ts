interface Arg {
  required?: boolean | undefined;
  options?: readonly unknown[] | undefined;
  multiple?: boolean | undefined;
}

/** What is needed of an oclif flag. */
export interface Flag {
  required?: boolean | undefined;
  helpValue?: string | string[] | undefined;
  options?: readonly string[] | undefined;
}

/** What a command's class says, or oclif's manifest of it. A class may have none of these. */
export interface Shown {
  usage?: string | string[] | undefined;
  args?: Readonly<Record<string, Arg>>;
  flags?: Readonly<Record<string, Flag>>;
}

/** What follows `ven NAME`, as it stands on the class, or made from its arguments and flags. */
export function usageOf({ usage, args = {}, flags = {} }: Shown): string {
  const given = Array.isArray(usage) ? usage[0] : usage;
  const words = Object.entries(args).map(([name, arg]) => argTerm(name, arg));
  const all = [...words, ...(Object.keys(flags).length > 0 ? ['[FLAGS]'] : [])].join(' ');
  const needed = Object.entries(flags)
    .filter(([, { required }]) => required)
    .map(([name, { helpValue = 'VALUE' }]) => `--${name} ${String(helpValue)} `);
  return (given?.replace('<%= command.id %>', '').trim() ?? all).replace(
    '[FLAGS]',
    `${needed.join('')}[FLAGS]`,
  );
}

/** `VM`, `[FLEET]`, `bash|zsh|fish`. */
export function argTerm(name: string, { required, options, multiple }: Arg): string {
  const word = `${options?.join('|') ?? name.toUpperCase()}${multiple ? '...' : ''}`;
  return required ? word : `[${word}]`;
}
