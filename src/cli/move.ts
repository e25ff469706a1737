import { Flags } from '@oclif/core';
import { move as moveVms } from '../operations/index.js';
import { movedText, moveJson, moveText, type Style } from '../view/index.js';
import { execution, json } from './command.js';
import { hostFlags, someVmsOf } from './fleet.js';
import { watchInterruption } from './interruption.js';
import { stderr, stdout } from './output.js';
import { CommandLineError } from './usage-errors.js';
import { tellWaiting } from './waiting.js';

export const moveFlags = {
  ...hostFlags,
  to: Flags.string({
    helpValue: 'HOST',
    required: true,
    summary: 'The host to move them to, by its name in the fleet file.',
  }),
  'lock-timeout': execution['lock-timeout'],
  json: json('what was moved'),
};

interface Chosen {
  file: string | undefined;
  connect: string | undefined;
  to: string;
  json: boolean;
  'lock-timeout': number;
}

/** To name VMs is consent: nothing of them is lost. */
export async function move(argv: readonly unknown[], flags: Chosen, style: Style): Promise<number> {
  const { vms, ...fleet } = await someVmsOf(argv, flags);
  if (vms.length === 0)
    throw new CommandLineError({
      summary: 'No VM is named',
      hint: `Name the VMs: ven move edge-1 edge-2 --to ${flags.to}`,
    });
  const tell = flags.json ? stderr : stdout;
  const interruption = watchInterruption();
  try {
    interruption.runStarted();
    const result = await moveVms({
      ...{ ...fleet, vms, to: flags.to, env: process.env, waiting: tellWaiting },
      lockTimeoutSeconds: flags['lock-timeout'],
      interrupt: interruption.interrupt,
      progress: (address, line) => {
        stderr(`${address}  ${line}\n`);
      },
      tell: (vm) => {
        tell(movedText(vm, style));
      },
    });
    tell(moveText(result, style));
    if (flags.json) stdout(moveJson(result));
    return result.exitCode;
  } finally {
    interruption.end();
  }
}
