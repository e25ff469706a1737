import type { DomainFacts } from '../../../model/index.js';
import { at, attribute, child, childrenNamed, type XmlElement } from '../../../xml/index.js';
import { insertAfter, remove } from '../../edit.js';
import { devicesOf, valueField, type Definition, type Patch } from './field.js';

/** The first serial port, COM1, with its log. */
export const serialConsole = valueField({
  path: 'console',
  read: (definition) => ({ console: readConsole(definition) }),
  patch: patchConsole,
  wanted: () => 'with a log',
  found: (facts) => (facts.console.log === null ? 'without a log' : 'with a log'),
  effect: 'restart',
  digest: (facts) => [facts.console.log],
  covers: { presence: ['devices/serial', 'devices/serial/log'] },
});

/** COM1 is the serial device with port 0, which is the first when no port is said. */
function readConsole({ devices }: Definition): DomainFacts['console'] {
  const serials = childrenNamed(devices, 'serial');
  const com1 =
    serials.find((serial) => attribute(child(serial, 'target'), 'port') === '0') ?? serials[0];
  return {
    pty: attribute(com1, 'type') === 'pty' ? attribute(child(com1, 'source'), 'path') : null,
    log: attribute(at(com1, 'log'), 'file'),
  };
}

function patchConsole(patch: Patch): void {
  const devices = devicesOf(patch.domain);
  const fresh = childrenNamed(devicesOf(patch.fresh), 'serial');
  const isFirst = (element: XmlElement): boolean =>
    (attribute(child(element, 'target'), 'port') ?? '0') === '0';
  for (const serial of childrenNamed(devices, 'serial').filter(isFirst)) remove(devices, serial);
  // libvirt mirrors the first serial port as a console, and would take an old mirror for a port of
  // its own.
  for (const mirror of childrenNamed(devices, 'console').filter(isFirst)) {
    if ((attribute(child(mirror, 'target'), 'type') ?? 'serial') === 'serial')
      remove(devices, mirror);
  }
  const others = childrenNamed(devices, 'serial');
  for (const serial of others) remove(devices, serial);
  insertAfter(devices, ['interface', 'controller', 'disk'], [...fresh, ...others]);
}
