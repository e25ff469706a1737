import { readTemplate } from './templates.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

const FILES = { bash: 'ven.bash', zsh: '_ven', fish: 'ven.fish' };

/** The script that makes a shell complete the words of ven. */
export function completionScript(shell: (typeof SHELLS)[number]): string {
  return readTemplate(`completion/${FILES[shell]}`);
}
