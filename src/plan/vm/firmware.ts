import {
  firmwareKind,
  firmwareMark,
  type DomainFacts,
  type DomainMark,
  type ResolvedFirmware,
} from '../../model/index.js';

/** In the words of the plan: the kind, or the files that the fleet file names. */
export function shownFirmware(firmware: ResolvedFirmware): string {
  return typeof firmware === 'string'
    ? firmware
    : `${firmwareKind(firmware)}, ${firmware.loader} with ${firmware.nvramTemplate}`;
}

/**
 * What a definition has, as far as `wanted` is about it: files of the host's choice are not compared, since they move with
 * its packages. Which template the variables came from only the mark tells.
 */
export function readFirmware(
  wanted: ResolvedFirmware,
  mark: DomainMark,
  { firmware, loader }: DomainFacts,
): string {
  if (firmware !== firmwareKind(wanted)) return firmware;
  if (isOther(wanted, mark)) {
    const [, template] = /^[^:]*:(.*)$/.exec(mark.firmware ?? '') ?? [];
    return template === undefined ? firmware : `${firmware}, with ${template}`;
  }
  if (typeof wanted === 'object' && loader !== wanted.loader)
    return `${firmware}, ${loader ?? 'of the host'}`;
  return shownFirmware(wanted);
}

/** Whether the fleet file asked for other firmware, or another template, when it was applied last. */
export function isOther(wanted: ResolvedFirmware, mark: DomainMark): boolean {
  return mark.firmware !== undefined && mark.firmware !== firmwareMark(wanted);
}
