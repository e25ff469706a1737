/** Which IPv4 ranges a host that is another machine uses: the kernel's table, read over libvirt. */
import { VenError, type HostState } from '../../model/index.js';
import type { HostFiles } from './host-files.js';
import { defaultDevice, parseRoutes } from './local.js';

const TABLE = '/proc/net/route';

/** As it is where the table can't be read. */
export async function withRoutesThere(
  files: HostFiles | null,
  observed: Promise<HostState>,
): Promise<HostState> {
  if (files === null) return observed;
  const [state, table] = await Promise.all([observed, tableThere(files)]);
  const routes = parseRoutes(table).filter(({ device }) => device !== 'lo');
  const device = defaultDevice(table);
  return { ...state, routes, ...(device !== null && { uplink: { device, address: null } }) };
}

async function tableThere(files: HostFiles): Promise<string> {
  try {
    const [table] = await files.read([{ path: TABLE }]);
    return table?.toString('latin1') ?? '';
  } catch (error) {
    if (error instanceof VenError) return '';
    throw error;
  }
}
