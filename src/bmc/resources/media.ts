/** The drive for virtual media. */
import { collection, ENABLED, type Resource } from './names.js';
import { systemPath, type Seen } from './system.js';

export function drives({ vm, machine }: Seen): Resource {
  const path = `${systemPath(vm)}/VirtualMedia`;
  const members = machine.hasDrive ? [`${path}/Cd`] : [];
  return collection(path, 'VirtualMediaCollection', 'Virtual media', members);
}

/** null: it has none. */
export function drive({ vm, machine }: Seen): Resource | null {
  if (!machine.hasDrive) return null;
  const path = `${systemPath(vm)}/VirtualMedia/Cd`;
  const image = machine.media?.image ?? null;
  return {
    '@odata.id': path,
    '@odata.type': '#VirtualMedia.v1_6_3.VirtualMedia',
    Id: 'Cd',
    Name: 'CD drive',
    MediaTypes: ['CD', 'DVD'],
    Image: image,
    ImageName: image === null ? null : nameOf(image),
    Inserted: image !== null,
    ConnectedVia: image === null ? 'NotConnected' : 'URI',
    WriteProtected: true,
    TransferMethod: 'Upload',
    Status: ENABLED,
    Actions: {
      '#VirtualMedia.InsertMedia': {
        target: `${path}/Actions/VirtualMedia.InsertMedia`,
        'TransferMethod@Redfish.AllowableValues': ['Upload'],
        'TransferProtocolType@Redfish.AllowableValues': ['HTTP', 'HTTPS'],
      },
      '#VirtualMedia.EjectMedia': { target: `${path}/Actions/VirtualMedia.EjectMedia` },
    },
  };
}

function nameOf(image: string): string {
  const path = URL.canParse(image) ? new URL(image).pathname : image;
  return path.split('/').at(-1) ?? '';
}
