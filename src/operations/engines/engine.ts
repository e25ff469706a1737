/** What depends on who runs a fleet's VMs. */
import type { HostFinding } from '../../model/index.js';
import type { apply } from '../apply.js';
import type { attach, readAlong } from '../console.js';
import type { Request } from '../load.js';
import type { PlanRequest, PlanResult } from '../plan.js';
import type { power } from '../power.js';
import type { render } from '../render.js';
import type { openStatus } from '../status/status.js';
import type { vnc } from '../vnc.js';

export interface Engine {
  apply: (request: Parameters<typeof apply>[0]) => ReturnType<typeof apply>;
  plan: (request: PlanRequest) => Promise<PlanResult>;
  openStatus: typeof openStatus;
  power: typeof power;
  attach: typeof attach;
  readAlong: typeof readAlong;
  vnc: typeof vnc;
  doctor: (request: Request) => Promise<HostFinding[]>;
  render: typeof render;
}
