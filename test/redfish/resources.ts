/**
 * What ven's resources may hold, as the Redfish standard names it (DSP0268): properties, their
 * types, the words that they may have. Written here, for what ven serves: the DMTF's own schemas,
 * which are no part of this repository, know far more; published.test.ts compares the two.
 */
import { Ajv, type ErrorObject, type SchemaObject, type ValidateFunction } from 'ajv';

/**
 * A name of TYPES, or words (`On|Off`), either with `?` when it may be null · `[one]`: an array ·
 * an object: its properties, with `!` behind those that must be there.
 */
export type Shape = string | readonly [Shape] | { readonly [property: string]: Shape };

export const TYPES: Readonly<Record<string, SchemaObject>> = {
  string: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  date: {
    type: 'string',
    pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(Z|[+-]\\d\\d:\\d\\d)$',
  },
  offset: { type: 'string', pattern: '^[+-]\\d\\d:\\d\\d$' },
  version: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+$' },
  uuid: { type: 'string', pattern: '^[\\da-f]{8}(-[\\da-f]{4}){3}-[\\da-f]{12}$' },
  mac: { type: 'string', pattern: '^([\\dA-Fa-f]{2}:){5}[\\dA-Fa-f]{2}$' },
  path: { type: 'string', pattern: '^/redfish/' },
  link: {
    type: 'object',
    additionalProperties: false,
    required: ['@odata.id'],
    properties: { '@odata.id': { type: 'string', pattern: '^/redfish/' } },
  },
  /** Of any value: names that the standard leaves to the maker. */
  attributes: {
    type: 'object',
    additionalProperties: { type: ['string', 'number', 'boolean', 'null'] },
  },
};

const STATES = 'Enabled|Disabled|StandbyOffline|Absent|Starting|UnavailableOffline|Deferring';
const STATUS = {
  State: `${STATES}?`,
  Health: 'OK|Warning|Critical?',
  HealthRollup: 'OK|Warning|Critical?',
};
const COMMON = { 'Id!': 'string', 'Name!': 'string', Description: 'string?' };
const ACTION = { 'target!': 'path', title: 'string' };
const RESET = {
  ...ACTION,
  'ResetType@Redfish.AllowableValues': [
    'On|ForceOff|GracefulShutdown|GracefulRestart|ForceRestart|Nmi|ForceOn|PushPowerButton|' +
      'PowerCycle',
  ],
} as const;
const TARGETS =
  'None|Pxe|Floppy|Cd|Usb|Hdd|BiosSetup|Utilities|Diags|UefiShell|UefiTarget|SDCard|UefiHttp';
const PROTOCOLS = 'PCIe|AHCI|SAS|SATA|USB|NVMe|OEM';
const COLLECTION = { 'Name!': 'string', Description: 'string?', 'Members!': ['link'] } as const;

/** By type and version. */
export const RESOURCES: Readonly<Record<string, { readonly [property: string]: Shape }>> = {
  'ServiceRoot.v1_17_0': {
    ...COMMON,
    RedfishVersion: 'version',
    UUID: 'uuid?',
    Vendor: 'string?',
    Product: 'string?',
    ProtocolFeaturesSupported: {
      ExcerptQuery: 'boolean',
      ExpandQuery: {
        ExpandAll: 'boolean',
        Levels: 'boolean',
        Links: 'boolean',
        MaxLevels: 'integer',
        NoLinks: 'boolean',
      },
      DeepOperations: { DeepPATCH: 'boolean', DeepPOST: 'boolean' },
      FilterQuery: 'boolean',
      OnlyMemberQuery: 'boolean',
      SelectQuery: 'boolean',
      MultipleHTTPRequests: 'boolean',
      TopSkipQuery: 'boolean',
    },
    Systems: 'link',
    Chassis: 'link',
    Managers: 'link',
    SessionService: 'link',
    'Links!': { 'Sessions!': 'link' },
  },
  'ComputerSystem.v1_22_0': {
    ...COMMON,
    SystemType: 'Physical|Virtual|OS|PhysicallyPartitioned|VirtuallyPartitioned',
    Manufacturer: 'string?',
    Model: 'string?',
    SKU: 'string?',
    SerialNumber: 'string?',
    PartNumber: 'string?',
    AssetTag: 'string?',
    UUID: 'uuid?',
    HostName: 'string?',
    BiosVersion: 'string?',
    PowerState: 'On|Off|PoweringOn|PoweringOff|Paused?',
    IndicatorLED: 'Unknown|Lit|Blinking|Off?',
    Status: STATUS,
    Boot: {
      BootSourceOverrideEnabled: 'Disabled|Once|Continuous?',
      BootSourceOverrideMode: 'Legacy|UEFI?',
      BootSourceOverrideTarget: `${TARGETS}?`,
      UefiTargetBootSourceOverride: 'string?',
      HttpBootUri: 'string?',
      BootOptions: 'link',
      BootOrder: ['string?'],
    },
    ProcessorSummary: {
      Count: 'integer?',
      CoreCount: 'integer?',
      LogicalProcessorCount: 'integer?',
      Model: 'string?',
      ThreadingEnabled: 'boolean',
      Status: STATUS,
    },
    MemorySummary: { TotalSystemMemoryGiB: 'number?', Status: STATUS },
    TrustedModules: [
      {
        FirmwareVersion: 'string?',
        InterfaceType: 'TPM1_2|TPM2_0|TCM1_0?',
        Status: STATUS,
      },
    ],
    Bios: 'link',
    Processors: 'link',
    EthernetInterfaces: 'link',
    SimpleStorage: 'link',
    Storage: 'link',
    SecureBoot: 'link',
    VirtualMedia: 'link',
    Links: { Chassis: ['link'], ManagedBy: ['link'] },
    Actions: { '#ComputerSystem.Reset': RESET },
  },
  'Processor.v1_19_0': {
    ...COMMON,
    Socket: 'string?',
    ProcessorType: 'CPU|GPU|FPGA|DSP|Accelerator|Core|Thread|OEM?',
    ProcessorArchitecture: 'x86|IA-64|ARM|MIPS|Power|OEM?',
    InstructionSet: 'x86|x86-64|IA-64|ARM-A32|ARM-A64|MIPS32|MIPS64|PowerISA|OEM?',
    Manufacturer: 'string?',
    Model: 'string?',
    MaxSpeedMHz: 'integer?',
    TotalCores: 'integer?',
    TotalThreads: 'integer?',
    Status: STATUS,
  },
  'EthernetInterface.v1_12_0': {
    ...COMMON,
    MACAddress: 'mac?',
    PermanentMACAddress: 'mac?',
    LinkStatus: 'LinkUp|NoLink|LinkDown?',
    InterfaceEnabled: 'boolean?',
    SpeedMbps: 'integer?',
    FullDuplex: 'boolean?',
    MTUSize: 'integer?',
    UefiDevicePath: 'string?',
    Status: STATUS,
  },
  'Bios.v1_2_2': {
    ...COMMON,
    AttributeRegistry: 'string?',
    Attributes: 'attributes',
    Links: { ActiveSoftwareImage: 'link' },
    Actions: { '#Bios.ResetBios': ACTION },
  },
  'SecureBoot.v1_1_0': {
    ...COMMON,
    SecureBootEnable: 'boolean?',
    SecureBootCurrentBoot: 'Enabled|Disabled?',
    SecureBootMode: 'SetupMode|UserMode|AuditMode|DeployedMode?',
  },
  'SimpleStorage.v1_3_1': {
    ...COMMON,
    UefiDevicePath: 'string?',
    Status: STATUS,
    Devices: [
      {
        'Name!': 'string',
        Manufacturer: 'string?',
        Model: 'string?',
        CapacityBytes: 'integer?',
        Status: STATUS,
      },
    ],
    Links: { Chassis: 'link' },
  },
  'Storage.v1_16_0': {
    ...COMMON,
    Controllers: 'link',
    Drives: ['link'],
    Volumes: 'link',
    Status: STATUS,
  },
  'StorageController.v1_7_3': {
    ...COMMON,
    Manufacturer: 'string?',
    Model: 'string?',
    SpeedGbps: 'number?',
    SupportedControllerProtocols: [PROTOCOLS],
    SupportedDeviceProtocols: [PROTOCOLS],
    SupportedRAIDTypes: ['None|RAID0|RAID1|RAID5|RAID10?'],
    Status: STATUS,
  },
  'Drive.v1_19_0': {
    ...COMMON,
    Manufacturer: 'string?',
    Model: 'string?',
    SerialNumber: 'string?',
    CapacityBytes: 'integer?',
    BlockSizeBytes: 'integer?',
    Protocol: `${PROTOCOLS}?`,
    MediaType: 'HDD|SSD|SMR?',
    Status: STATUS,
    Links: { Chassis: 'link', Storage: 'link' },
  },
  'Manager.v1_19_0': {
    ...COMMON,
    ManagerType:
      'ManagementController|EnclosureManager|BMC|RackManager|AuxiliaryController|Service',
    FirmwareVersion: 'string?',
    Manufacturer: 'string?',
    Model: 'string?',
    UUID: 'uuid?',
    ServiceEntryPointUUID: 'uuid?',
    DateTime: 'date?',
    DateTimeLocalOffset: 'offset?',
    PowerState: 'On|Off|PoweringOn|PoweringOff|Paused?',
    Status: STATUS,
    GraphicalConsole: {
      ServiceEnabled: 'boolean',
      MaxConcurrentSessions: 'integer',
      ConnectTypesSupported: ['KVMIP|Oem'],
    },
    SerialConsole: {
      ServiceEnabled: 'boolean',
      MaxConcurrentSessions: 'integer',
      ConnectTypesSupported: ['SSH|Telnet|IPMI|Oem'],
    },
    VirtualMedia: 'link',
    Links: {
      ManagerForServers: ['link'],
      ManagerForChassis: ['link'],
      ManagerInChassis: 'link',
    },
    Actions: { '#Manager.Reset': RESET },
  },
  'VirtualMedia.v1_6_3': {
    ...COMMON,
    MediaTypes: ['CD|Floppy|USBStick|DVD'],
    ConnectedVia: 'NotConnected|URI|Applet|Oem?',
    Image: 'string?',
    ImageName: 'string?',
    Inserted: 'boolean?',
    WriteProtected: 'boolean?',
    UserName: 'string?',
    Password: 'string?',
    TransferMethod: 'Stream|Upload?',
    TransferProtocolType: 'CIFS|FTP|SFTP|HTTP|HTTPS|NFS|SCP|TFTP|OEM?',
    VerifyCertificate: 'boolean?',
    Status: STATUS,
    Actions: { '#VirtualMedia.InsertMedia': ACTION, '#VirtualMedia.EjectMedia': ACTION },
  },
  'Chassis.v1_25_0': {
    ...COMMON,
    'ChassisType!': 'RackMount|StandAlone|Blade|Enclosure|Sled|Module|Other',
    Manufacturer: 'string?',
    Model: 'string?',
    SerialNumber: 'string?',
    PartNumber: 'string?',
    AssetTag: 'string?',
    UUID: 'uuid?',
    PowerState: 'On|Off|PoweringOn|PoweringOff|Paused?',
    IndicatorLED: 'Unknown|Lit|Blinking|Off?',
    Status: STATUS,
    Links: { ComputerSystems: ['link'], ManagedBy: ['link'] },
  },
  'SessionService.v1_1_9': {
    ...COMMON,
    ServiceEnabled: 'boolean?',
    SessionTimeout: 'integer',
    Sessions: 'link',
    Status: STATUS,
  },
  'Session.v1_7_0': {
    ...COMMON,
    UserName: 'string?',
    Password: 'string?',
    CreatedTime: 'date',
    ClientOriginIPAddress: 'string?',
    SessionType: 'HostConsole|ManagerConsole|IPMI|KVMIP|OEM|Redfish|VirtualMedia|WebUI?',
    Token: 'string?',
  },
};

const ajv = new Ajv({ strict: false, allErrors: true });
const validators = new Map<string, ValidateFunction>();

/** What is wrong with a resource, a line each. */
export function shapeFindings(body: unknown): string[] {
  const type = String((body as Record<string, unknown> | undefined)?.['@odata.type']);
  const [, name = ''] = /^#(([A-Za-z]+)(?:\.v\d+_\d+_\d+)?)\.\2$/.exec(type) ?? [];
  const shape = /^[A-Za-z]+Collection$/.test(name) ? COLLECTION : RESOURCES[name];
  if (!shape) return [`@odata.type is ${type}`];
  const validate = validators.get(name) ?? ajv.compile(schemaOf(shape));
  validators.set(name, validate);
  return validate(body) ? [] : (validate.errors ?? []).map(told);
}

function schemaOf(shape: Shape): SchemaObject {
  if (typeof shape === 'string') {
    const plain = shape.replace('?', '');
    const one = TYPES[plain] ?? { enum: plain.split('|') };
    return shape.endsWith('?') ? { anyOf: [one, { type: 'null' }] } : one;
  }
  if (Array.isArray(shape)) return { type: 'array', items: schemaOf((shape as [Shape])[0]) };
  const properties = Object.entries(shape as Record<string, Shape>);
  return {
    type: 'object',
    additionalProperties: false,
    // Annotations: of the resource, and of its properties.
    patternProperties: { '^[A-Za-z]*@(odata|Redfish|Message)\\.[A-Za-z]+$': {} },
    required: properties.flatMap(([key]) => (key.endsWith('!') ? key.slice(0, -1) : [])),
    properties: Object.fromEntries(
      properties.flatMap(([written, inner]): [string, SchemaObject][] => {
        const key = written.replace('!', '');
        const schema = schemaOf(inner);
        const isWords = typeof inner === 'string' && inner.includes('|');
        const all: SchemaObject = { type: 'array', minItems: 1, items: schema };
        if (!isWords) return [[key, schema]];
        return [
          [key, schema],
          [`${key}@Redfish.AllowableValues`, all],
        ];
      }),
    ),
  };
}

function told({ instancePath, message, params }: ErrorObject): string {
  const { additionalProperty = '' } = params as { additionalProperty?: string };
  return `${instancePath || '/'} ${message} ${additionalProperty}`.trim();
}
