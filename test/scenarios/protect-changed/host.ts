import type { Lab } from '../../fake-host/index.js';

/** An older ven did not write down what was protected. */
export default function byHand(lab: Lab): void {
  lab.host.edit(lab.domain('lab_of-an-older-ven'), (xml) => xml.replace(' protect="no"', ''));
}
