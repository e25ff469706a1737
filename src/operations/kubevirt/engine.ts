/** What ven does with a fleet on KubeVirt. */
import { apply } from '../apply.js';
import type { Engine } from '../engines/engine.js';
import { attach, readAlong, vnc } from './console.js';
import { doctor } from './doctor.js';
import { openClusterPlace } from './place.js';
import { plan } from './plan.js';
import { power } from './power.js';
import { render } from './render.js';
import { openStatus } from './status.js';

export const kubevirt: Engine = {
  apply: (request) => apply(request, openClusterPlace),
  ...{ plan, openStatus, power, attach, readAlong, vnc, doctor, render },
};
