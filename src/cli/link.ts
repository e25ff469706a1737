import { Flags } from '@oclif/core';
import {
  delayFault,
  millisecondsIn,
  percentIn,
  rateFault,
  rateIn,
  VenError,
  type Link,
  type LinkChange,
  type LinkFault,
} from '../model/index.js';
import { link as changeLink, wordsOf } from '../operations/index.js';
import { linksJson, linksText, type Style } from '../view/index.js';
import { execution, json, seconds } from './command.js';
import { fleetOf, hostFlags } from './fleet.js';
import { watchInterruption } from './interruption.js';
import { stderr, stdout } from './output.js';
import { CommandLineError } from './usage-errors.js';
import { tellWaiting } from './waiting.js';

const helpGroup = 'Link';

function refuse({ message, hint }: LinkFault): never {
  throw new VenError('usage', { summary: message, hint });
}

const rate = Flags.custom<Link['rate']>({
  parse: async (text) => {
    if (text === 'none') return { in: null, out: null };
    const limit = rateIn(text);
    if (limit === null || limit === 0)
      return refuse({
        message: `${JSON.stringify(text)} is no rate`,
        hint: 'Write 20Mbit, or none',
      });
    const fault = rateFault(text);
    return Promise.resolve(fault === null ? { in: limit, out: limit } : refuse(fault));
  },
});

const delay = Flags.custom<number>({
  parse: async (text) => {
    const time = text === 'none' ? 0 : millisecondsIn(text);
    if (time === null)
      return refuse({
        message: `${JSON.stringify(text)} is no delay`,
        hint: 'Write 50ms, or none',
      });
    const fault = delayFault(text);
    return Promise.resolve(fault === null ? time : refuse(fault));
  },
});

const share = Flags.custom<number>({
  parse: async (text) => {
    const percent = text === 'none' ? 0 : percentIn(text);
    const fault = {
      message: `${JSON.stringify(text)} is no share from 0% to 100%`,
      hint: 'Write 1% or 0.5%, or none',
    };
    return Promise.resolve(percent ?? refuse(fault));
  },
});

export const linkFlags = {
  ...hostFlags,
  nic: Flags.string({
    helpGroup: 'Selection',
    helpValue: 'NIC',
    summary:
      "Only this NIC: its place in the fleet file's list, from 0, or its MAC address. " +
      'Default: all.',
  }),
  down: Flags.boolean({ helpGroup, summary: 'Pull the cable.', exclusive: ['up', 'reset'] }),
  up: Flags.boolean({ helpGroup, summary: 'Plug the cable in.', exclusive: ['reset'] }),
  rate: rate({ helpGroup, helpValue: 'RATE', summary: 'The most that passes, each way: 20Mbit.' }),
  latency: delay({ helpGroup, helpValue: 'TIME', summary: 'How much longer a ping takes: 50ms.' }),
  jitter: delay({ helpGroup, helpValue: 'TIME', summary: 'How much the latency varies: 5ms.' }),
  loss: share({ helpGroup, helpValue: 'SHARE', summary: 'Packets that get lost: 1%, 0.5%.' }),
  duplicate: share({ helpGroup, helpValue: 'SHARE', summary: 'Packets that come twice.' }),
  corrupt: share({ helpGroup, helpValue: 'SHARE', summary: 'Packets with a wrong bit.' }),
  reset: Flags.boolean({ helpGroup, summary: 'Put the link back as it was applied.' }),
  for: seconds({
    helpGroup: 'Execution',
    helpValue: 'DURATION',
    summary:
      'Wait so long, then put back what was changed, as it was applied; also on Ctrl-C: 30s, 5m.',
  }),
  'lock-timeout': execution['lock-timeout'],
  json: json('the links'),
};

interface Chosen {
  file: string | undefined;
  connect: string | undefined;
  nic: string | undefined;
  down: boolean;
  up: boolean;
  rate: Link['rate'] | undefined;
  latency: number | undefined;
  jitter: number | undefined;
  loss: number | undefined;
  duplicate: number | undefined;
  corrupt: number | undefined;
  reset: boolean;
  for: number | undefined;
  'lock-timeout': number;
  json: boolean;
}

/** @throws CommandLineError for flags that exclude each other. */
function changeOf(flags: Chosen): LinkChange | 'reset' | null {
  const { rate, latency, jitter, loss, duplicate, corrupt } = flags;
  const given = Object.entries({ rate, latency, jitter, loss, duplicate, corrupt });
  const change: LinkChange = Object.fromEntries(given.filter(([, value]) => value !== undefined));
  if (flags.down) change.state = 'down';
  if (flags.up) change.state = 'up';
  const isEmpty = Object.keys(change).length === 0;
  if (flags.reset && !isEmpty)
    throw new CommandLineError({
      summary: '--reset goes with no other change of the link',
      hint: 'First --reset, then the change',
    });
  if (flags.for !== undefined && isEmpty)
    throw new CommandLineError({
      summary: '--for needs a change that ends then',
      hint: 'Say which: --down, --loss 10%, --latency 200ms',
    });
  if (flags.reset) return 'reset';
  return isEmpty ? null : change;
}

/** Resolves to the exit code. */
export async function link(
  args: { vm: string; fleet: string | undefined },
  flags: Chosen,
  style: Style,
): Promise<number> {
  const change = changeOf(flags);
  const fleet = await fleetOf(flags, args.fleet);
  const words = wordsOf(fleet);
  const tell = flags.json ? stderr : stdout;
  const interruption = watchInterruption();
  try {
    const result = await changeLink({
      ...{ ...fleet, vm: args.vm, nic: flags.nic, change, env: process.env, waiting: tellWaiting },
      forSeconds: flags.for ?? null,
      lockTimeoutSeconds: flags['lock-timeout'],
      interrupt: interruption.interrupt,
      runStarted: interruption.runStarted,
      tell: (links) => {
        tell(linksText(links, words, style));
      },
    });
    tell(linksText(result, words, style));
    if (flags.json) stdout(linksJson(result));
    return result.exitCode;
  } finally {
    interruption.end();
  }
}
