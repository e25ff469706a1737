/** The flags of `ven export` of which each means something in some formats only. */
import { Flags } from '@oclif/core';
import { VenError } from '../model/index.js';
import { EXPORT_VIEWS, type ExportFlag, type ExportFormat } from '../view/index.js';
import { CommandLineError } from './usage-errors.js';

export const exportFormats = Object.keys(EXPORT_VIEWS) as ExportFormat[];

const takenBy = (flag: ExportFlag): string =>
  exportFormats.filter((format) => EXPORT_VIEWS[format].takes.includes(flag)).join(', ');

/** It becomes a part of another program's file, so nothing in it may mean something there. */
const word = (isRight: (input: string) => boolean, what: string) =>
  Flags.custom<string>({
    helpGroup: 'Output',
    parse: (input) => {
      if (isRight(input)) return Promise.resolve(input);
      const summary = `${JSON.stringify(input)} is not ${what}`;
      return Promise.reject(new VenError('usage', { summary }));
    },
  });

export const exportFlags = {
  'with-secrets': Flags.boolean({
    default: false,
    helpGroup: 'Output',
    summary: `Also write the credentials of the BMCs (${takenBy('with-secrets')}).`,
  }),
  insecure: Flags.boolean({
    default: false,
    helpGroup: 'Output',
    summary: `Tell the tool not to verify the certificates of BMCs (${takenBy('insecure')}).`,
  }),
  'bmc-host': word(
    (input) => /^([a-z\d]([\w.-]*[a-z\d])?|[\da-f.]*(:[\da-f.]*){2,})$/i.test(input),
    'a host name or an IP address',
  )({
    helpValue: 'HOST',
    summary:
      'The name or address by which clients reach the BMCs, where it is not the one that they ' +
      `listen on (${takenBy('bmc-host')}).`,
  }),
  namespace: word(
    (input) => /^[a-z\d]([-a-z\d]{0,61}[a-z\d])?$/.test(input),
    'a namespace, which has lower-case letters, digits and -',
  )({
    helpValue: 'NAME',
    summary: `The Kubernetes namespace (${takenBy('namespace')}).`,
  }),
  user: word(
    (input) => /^[a-z_][\w.-]*$/i.test(input),
    'a user name',
  )({
    helpValue: 'NAME',
    summary: `Who logs in over SSH (${takenBy('user')}).`,
  }),
};

/** @throws VenError `usage` for a flag that means nothing in the format. */
export function checkTaken(format: ExportFormat, flags: Readonly<Record<string, unknown>>): void {
  for (const flag of Object.keys(exportFlags) as ExportFlag[]) {
    const isGiven = flags[flag] !== undefined && flags[flag] !== false;
    if (isGiven && !EXPORT_VIEWS[format].takes.includes(flag))
      throw new CommandLineError({
        summary: `--${flag} means nothing in ${format}`,
        hint: `It is for ${takenBy(flag)}`,
      });
  }
}
