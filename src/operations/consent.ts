/** Who agrees to what a command changes. */
import { commandLine } from '../host/index.js';
import { STDIN, VenError, venCommand, type PlanOptions } from '../model/index.js';
import { wordsOf, type Request } from './load.js';

export interface Consent {
  /** Whether the user can be asked, or has agreed already. Checked before anything slow. */
  consent: 'given' | 'ask' | 'impossible';
  /**
   * The words after `ven`, the command's name first (`apply`, `power off`): to show the command
   * again, with `--yes`.
   */
  typed: readonly string[];
}

export function needsConsent(
  { typed: [command = '', ...rest], ...request }: Pick<Request, 'file' | 'connect'> & Consent,
  options: Pick<PlanOptions, 'evacuate'> = {},
): VenError {
  const why =
    request.file === STDIN
      ? 'standard input is the fleet file, so it can take no answer'
      : 'there is no terminal to ask on';
  const again = commandLine('ven', [...command.split(' '), '--yes', ...rest]);
  return new VenError('needs-consent', {
    summary: `This changes the host, and ${why}`,
    hint: `${advice(command, request, options)} with: ${again}`,
  });
}

function advice(
  command: string,
  request: Pick<Request, 'file' | 'connect'>,
  { evacuate }: Pick<PlanOptions, 'evacuate'>,
): string {
  const more = evacuate === undefined ? [] : ['--evacuate', evacuate, '--host-is-dead'];
  // `ven plan` shows the plan of an apply only.
  if (command === 'apply')
    return `Look at the plan (${venCommand('plan', wordsOf(request, ...more))}), then say yes`;
  return command.startsWith('power ') ? 'Name the VMs, or say yes' : 'Say yes';
}
