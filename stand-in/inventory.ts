/**
 * What the stand-in knows: who may do what, hosts, operating systems, providers; and a count of all
 * that was done, which is what tests ask. In memory only.
 */
import { randomBytes } from 'node:crypto';

export interface Account {
  password: string;
  /** The projects that this account may use; none said: all. */
  projects?: string[];
}

export interface LabHost {
  resourceId: string;
  name: string;
  serialNumber: string;
  /** Empty until it is known. */
  uuid: string;
  autoOnboard: boolean;
  /** Empty until the node has reported. */
  hostStatus: string;
  instance?: {
    instanceID: string;
    resourceId: string;
    os: { name: string; resourceId: string; imageId: string };
    /** What it was installed with. */
    securityFeature: string;
    localaccount?: LocalAccount;
    provisioningStatus: string;
  };
}

export interface OsResource {
  name: string;
  profileName: string;
  /** The version of its image. */
  imageId: string;
  osResourceID: string;
  resourceId: string;
}

export interface LocalAccount {
  resourceId: string;
  username: string;
  /** Public. */
  sshKey: string;
}

export interface Provider {
  providerID: string;
  resourceId: string;
  name: string;
  providerKind: string;
  apiEndpoint: string;
  /**
   * JSON as text: `defaultOs`, `autoProvision`, `osSecurityFeatureEnable`, `defaultLocalAccount`.
   */
  config: string;
}

/** A provider's `config`. */
export interface ProviderConfig {
  defaultOs?: string;
  autoProvision?: boolean;
  osSecurityFeatureEnable?: boolean;
  defaultLocalAccount?: string;
}

/** Everything that was done, in order; `time` is ISO 8601, UTC. */
export interface Seen {
  /** Each request for a token. */
  tokens: { time: string; username: string; granted: boolean }[];
  /** Each try to register a host; `status` is the HTTP status of the answer. */
  registrations: {
    time: string;
    username: string;
    project: string;
    name: string;
    serialNumber: string;
    uuid: string;
    status: number;
  }[];
  removals: { time: string; username: string; project: string; id: string; status: number }[];
  /**
   * Each request for the boot file. `serialNumber` is known once the node at this address has sent
   * it.
   */
  boots: { time: string; method: string; remoteAddress: string; serialNumber: string | null }[];
  /** Each start of the payload, from the network or from the node's disk. */
  starts: { time: string; serialNumber: string; from: 'network' | 'disk' }[];
  /** Each try to log in at a node's console (IO). */
  logins: { time: string; serialNumber: string; username: string; granted: boolean }[];
  /** Each try to log in to the system that a node has installed. */
  systemLogins: { time: string; serialNumber: string; username: string; granted: boolean }[];
  /** What nodes said of themselves. */
  reports: { time: string; serialNumber: string; status: string }[];
}

export const now = (): string => new Date().toISOString();
const id = (kind: string): string => `${kind}-${randomBytes(4).toString('hex')}`;

const os = (profileName: string, name: string, imageId: string): OsResource => {
  const resourceId = id('os');
  return { name, profileName, imageId, osResourceID: resourceId, resourceId };
};

export class Inventory {
  readonly seen: Seen = {
    tokens: [],
    registrations: [],
    removals: [],
    boots: [],
    starts: [],
    logins: [],
    systemLogins: [],
    reports: [],
  };
  readonly accounts: Record<string, Account>;
  /** Of the system that nodes install. Default: nobody can log in there. */
  systemUser: { username: string; password: string } | null = null;
  /** By name, with their descriptions. */
  readonly projects: Record<string, string>;
  readonly hosts = new Map<string, LabHost>();
  readonly providers = new Map<string, Provider>();
  readonly localAccounts: LocalAccount[] = [];
  readonly operatingSystems: OsResource[] = [
    os('microvisor-nonrt', 'Edge Microvisor Toolkit', '3.0.20250901'),
    os('microvisor-standalone', 'Edge Microvisor Toolkit Standalone', '3.0.20250901'),
    os('ubuntu-22.04-lts-generic-ext', 'Ubuntu 22.04 LTS with extensions', '22.04.5'),
    os('ubuntu-24.04-lts-generic', 'Ubuntu 24.04 LTS', '24.04.2'),
  ];
  /** Seconds that a token is good for. */
  tokenSeconds = 300;
  #tokens = new Map<string, { username: string; until: number }>();

  constructor(accounts: Record<string, Account>, projects: Record<string, string>) {
    this.accounts = accounts;
    this.projects = projects;
  }

  /** Whether there is such an account with this password. */
  knows(username: string, password: string): boolean {
    return Object.hasOwn(this.accounts, username) && this.accounts[username]?.password === password;
  }

  /** A new token, or nothing for wrong credentials. */
  logIn(username: string, password: string): string | undefined {
    const granted = this.knows(username, password);
    this.seen.tokens.push({ time: now(), username, granted });
    if (!granted) return undefined;
    const token = randomBytes(32).toString('base64url');
    this.#tokens.set(token, { username, until: Date.now() + this.tokenSeconds * 1000 });
    return token;
  }

  /** Whose token it is, as long as it is good. */
  bearer(token: string): string | undefined {
    const found = this.#tokens.get(token);
    return found && Date.now() < found.until ? found.username : undefined;
  }

  /** No token given out so far is good any more. */
  endTokens(): void {
    this.#tokens.clear();
  }

  bySerialNumber(serialNumber: string): LabHost | undefined {
    return [...this.hosts.values()].find((host) => host.serialNumber === serialNumber);
  }

  addHost(host: Pick<LabHost, 'name' | 'serialNumber' | 'uuid' | 'autoOnboard'>): LabHost {
    const added: LabHost = { resourceId: id('host'), ...host, hostStatus: '' };
    this.hosts.set(added.resourceId, added);
    return added;
  }

  addProvider(
    provider: Pick<Provider, 'name' | 'providerKind' | 'apiEndpoint' | 'config'>,
  ): Provider {
    const resourceId = id('provider');
    const added = { providerID: resourceId, resourceId, ...provider };
    this.providers.set(resourceId, added);
    return added;
  }

  addLocalAccount(account: Omit<LocalAccount, 'resourceId'>): LocalAccount {
    const added = { resourceId: id('localaccount'), ...account };
    this.localAccounts.push(added);
    return added;
  }

  /** What the provider says that new hosts get; nothing: there is no provider. */
  settings(): ProviderConfig | undefined {
    const found = [...this.providers.values()].find(({ name }) => name === 'infra_onboarding');
    return found && (JSON.parse(found.config) as ProviderConfig);
  }

  /** The operating system that new hosts get: the provider's default, else Ubuntu. */
  defaultOs(): OsResource {
    const wanted = this.settings()?.defaultOs;
    const found = this.operatingSystems.find(({ osResourceID }) => osResourceID === wanted);
    return found ?? (this.operatingSystems.at(-1) as OsResource);
  }

  /**
   * A node reports its progress. The host gets the status, and an instance once its operating
   * system is due.
   */
  report(serialNumber: string, status: string): void {
    this.seen.reports.push({ time: now(), serialNumber, status });
    const host = this.bySerialNumber(serialNumber);
    if (!host) return;
    if (!/^(?:Provision|Updating)/.test(status)) {
      host.hostStatus = status;
      return;
    }
    const { autoProvision, osSecurityFeatureEnable, defaultLocalAccount } = this.settings() ?? {};
    // A person has to choose first.
    if (autoProvision === false) return;
    const { name, osResourceID, imageId } = this.defaultOs();
    const localaccount = this.localAccounts.find(
      ({ resourceId }) => resourceId === defaultLocalAccount,
    );
    const resourceId = host.instance?.resourceId ?? id('inst');
    host.instance = {
      instanceID: resourceId,
      resourceId,
      os: { name, resourceId: osResourceID, imageId },
      securityFeature: osSecurityFeatureEnable
        ? 'SECURITY_FEATURE_SECURE_BOOT_AND_FULL_DISK_ENCRYPTION'
        : 'SECURITY_FEATURE_NONE',
      ...(localaccount && { localaccount }),
      provisioningStatus: status,
    };
    if (status.startsWith('Provisioning Failed')) host.hostStatus = 'Error';
  }
}
