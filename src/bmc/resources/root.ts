/** What a client finds first: versions, the service root, and OData's two documents. */
import { CHASSIS, link, MANAGERS, ROOT, SESSION_SERVICE, SESSIONS, SYSTEMS } from './names.js';
import type { Resource } from './names.js';

export const VERSIONS = { v1: `${ROOT}/` };

/** `name`: the fleet's. */
export function serviceRoot(name: string): Resource {
  return {
    '@odata.id': `${ROOT}/`,
    '@odata.type': '#ServiceRoot.v1_17_0.ServiceRoot',
    Id: 'RootService',
    Name: `BMCs of the fleet ${name}`,
    Product: 'ven',
    Vendor: 'ven',
    RedfishVersion: '1.20.0',
    ProtocolFeaturesSupported: {
      ExcerptQuery: false,
      ExpandQuery: { ExpandAll: false, Levels: false, Links: false, NoLinks: false },
      FilterQuery: false,
      MultipleHTTPRequests: false,
      OnlyMemberQuery: false,
      SelectQuery: false,
      TopSkipQuery: false,
    },
    Systems: link(SYSTEMS),
    Managers: link(MANAGERS),
    Chassis: link(CHASSIS),
    SessionService: link(SESSION_SERVICE),
    Links: { Sessions: link(SESSIONS) },
  };
}

export function odataService(): object {
  return {
    '@odata.context': `${ROOT}/$metadata`,
    value: [
      ['Service', `${ROOT}/`],
      ['Systems', SYSTEMS],
      ['Managers', MANAGERS],
      ['Chassis', CHASSIS],
      ['SessionService', SESSION_SERVICE],
      ['Sessions', SESSIONS],
    ].map(([name, url]) => ({ name, kind: 'Singleton', url })),
  };
}

/** Each schema in use, and its version; that of a collection has none. */
const SCHEMAS: Readonly<Record<string, string | null>> = {
  ServiceRoot: 'v1_17_0',
  ComputerSystemCollection: null,
  ComputerSystem: 'v1_22_0',
  Bios: 'v1_2_2',
  SecureBoot: 'v1_1_0',
  ProcessorCollection: null,
  Processor: 'v1_19_0',
  EthernetInterfaceCollection: null,
  EthernetInterface: 'v1_12_0',
  SimpleStorageCollection: null,
  SimpleStorage: 'v1_3_1',
  StorageCollection: null,
  Storage: 'v1_16_0',
  StorageControllerCollection: null,
  StorageController: 'v1_7_3',
  Drive: 'v1_19_0',
  VolumeCollection: null,
  VirtualMediaCollection: null,
  VirtualMedia: 'v1_6_3',
  ManagerCollection: null,
  Manager: 'v1_19_0',
  ChassisCollection: null,
  Chassis: 'v1_25_0',
  SessionService: 'v1_1_9',
  SessionCollection: null,
  Session: 'v1_7_0',
  Message: 'v1_1_2',
};

/** `name`: of a schema. That of volumes is of another standard, Swordfish. */
function schemaFolder(name: string): string {
  const standard = name === 'VolumeCollection' ? 'swordfish/v1' : 'v1';
  return `http://redfish.dmtf.org/schemas/${standard}`;
}

/** XML; it says where the schemas of all resources are. */
export function metadata(): string {
  const references = Object.entries(SCHEMAS).map(
    ([name, version]) =>
      `  <edmx:Reference Uri="${schemaFolder(name)}/${name}_v1.xml">\n` +
      `    <edmx:Include Namespace="${name}"/>\n` +
      (version === null ? '' : `    <edmx:Include Namespace="${name}.${version}"/>\n`) +
      '  </edmx:Reference>\n',
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    '<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0">\n' +
    `${references.join('')}` +
    `  <edmx:Reference Uri="${schemaFolder('RedfishExtensions')}/RedfishExtensions_v1.xml">\n` +
    '    <edmx:Include Namespace="RedfishExtensions.v1_0_0" Alias="Redfish"/>\n' +
    '  </edmx:Reference>\n' +
    '  <edmx:DataServices>\n' +
    '    <Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Service">\n' +
    '      <EntityContainer Name="Service" Extends="ServiceRoot.v1_17_0.ServiceContainer"/>\n' +
    '    </Schema>\n' +
    '  </edmx:DataServices>\n' +
    '</edmx:Edmx>\n'
  );
}

/** Where the schema of a resource's type is: for the header `Link`. */
export function schemaFile(type: string): string {
  const [name = '', version = ''] = type.replace(/^#/, '').split('.');
  const file = /^v\d/.test(version) ? `${name}.${version}` : name;
  return `${schemaFolder(name)}/${file}.json`;
}
