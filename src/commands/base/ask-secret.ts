import { VenError } from '../../model/index.js';
import { stderr } from './output.js';

const known = new Map<string, Promise<string>>();

/** For `askSecret` of a request, which asks for each thing once; null: there is no terminal to ask on. */
export function secretAsker(): ((what: string) => Promise<string>) | null {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  return (what) => {
    const answer = known.get(what) ?? askSecret(what);
    known.set(what, answer);
    return answer;
  };
}

/** Takes a line from the terminal without showing it. Ctrl-C and the end of input reject with `interrupted`. */
function askSecret(what: string): Promise<string> {
  const { stdin } = process;
  stderr(`${what}: `);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8').resume();
  return new Promise((resolve, reject) => {
    let typed = '';
    const end = (settle: () => void): void => {
      stdin.off('data', take);
      stdin.setRawMode(false);
      stdin.pause();
      stderr('\n');
      settle();
    };
    const take = (text: string): void => {
      for (const key of text) {
        if (key === '\r' || key === '\n')
          return end(() => {
            resolve(typed);
          });
        if (key === '\u0003' || key === '\u0004')
          return end(() => {
            reject(new VenError('interrupted', { summary: `Interrupted while asking for the ${what}` }));
          });
        if (key === '\u007f' || key === '\b') typed = [...typed].slice(0, -1).join('');
        else if (key === '\u0015') typed = '';
        else if (key >= ' ') typed += key;
      }
    };
    stdin.on('data', take);
  });
}
