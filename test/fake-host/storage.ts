import { basename, dirname } from 'node:path';
import { volumeFacts } from '../../src/libvirt/index.js';
import {
  beneath,
  VenError,
  volumeKey,
  type ObservedDisk,
  type ObservedPool,
  type ObservedVolume,
  type VolumeRef,
} from '../../src/model/index.js';
import { parseXml } from '../../src/xml/index.js';
import type { Faults } from './faults.js';

/** Where the pool `default` is made. */
export const DEFAULT_FOLDER = '/var/lib/libvirt/images';

interface Pool {
  uuid: string;
  active: boolean;
  type: string;
  path: string;
  /** Someone has deleted its folder. */
  gone: boolean;
  /** Capacity in bytes. */
  volumes: Map<string, number>;
}

const FOLDERS = new Set(['dir', 'fs', 'netfs']);

/** Pools and volumes in memory. It starts with the pool `default`. */
export class FakeStorage {
  readonly pools = new Map<string, Pool>();
  /** What was written into volumes, by path. */
  readonly contents = new Map<string, Uint8Array>();
  /** What images stand on, by path. */
  readonly backing = new Map<string, string>();
  readonly #faults: Faults;

  constructor(faults: Faults) {
    this.#faults = faults;
    this.addPool('default');
  }

  // What a person does. None of it counts as a change.

  /** `path`: its folder, or what it is of where `type` is no folder. */
  addPool(
    name: string,
    {
      active = true,
      type = 'dir',
      path = name === 'default' ? DEFAULT_FOLDER : `/pools/${name}`,
    }: { active?: boolean; type?: string; path?: string } = {},
  ): void {
    const serial = String(this.pools.size + 1).padStart(12, '0');
    this.pools.set(name, {
      uuid: `00000000-0000-4000-8000-${serial}`,
      active,
      type,
      path,
      gone: false,
      volumes: new Map(),
    });
  }

  add(pool: string, volume: string, bytes: number): void {
    this.#pool(pool).volumes.set(volume, bytes);
  }

  delete(pool: string, volume: string): void {
    this.#pool(pool).volumes.delete(volume);
  }

  stop(name: string): void {
    this.#pool(name).active = false;
  }

  /** libvirt goes on to call it active. */
  deleteFolder(name: string): void {
    this.#pool(name).gone = true;
  }

  /** Undefined in libvirt; what was in it is out of sight. */
  forget(name: string): void {
    this.pools.delete(name);
  }

  takeFrom(other: FakeStorage): void {
    this.pools.clear();
    for (const [path, lower] of other.backing) this.backing.set(path, lower);
    for (const [path, content] of other.contents) this.contents.set(path, content);
    for (const [name, pool] of other.pools)
      this.pools.set(name, { ...pool, volumes: new Map(pool.volumes) });
  }

  has(pool: string, volume: string): boolean {
    return this.pools.get(pool)?.volumes.has(volume) ?? false;
  }

  // What a host does.

  ensurePool(name: string): void {
    const known = this.pools.get(name);
    if (known?.active) return;
    if (!known && name !== 'default')
      throw new VenError('host-not-ready', {
        summary: `There is no storage pool ${name} on the host`,
        hint: 'Make it',
      });
    const there = [...this.pools].find(([, { path }]) => path === DEFAULT_FOLDER);
    if (!known && there)
      throw new VenError('tool-failed', {
        summary: `operation failed: Storage source conflict with pool: '${there[0]}'`,
      });
    this.#faults.change(`pool-start ${name}`, () => {
      if (!known) this.addPool(name);
      else known.active = true;
    });
  }

  create(pool: string, xml: string): void {
    const { volume, capacityBytes } = volumeFacts(parseXml(xml));
    const { volumes, type, path, gone } = this.#active(pool);
    if (!FOLDERS.has(type))
      throw new VenError('tool-failed', { summary: 'unknown volume format type qcow2' });
    if (gone)
      throw new VenError('tool-failed', {
        summary: `cannot create path '${path}/${volume}': No such file or directory`,
      });
    if (volumes.has(volume))
      throw new VenError('foreign-object', {
        summary: `storage volume '${volume}' exists already`,
      });
    this.#faults.change(`vol-create ${pool}/${volume}`, () => volumes.set(volume, capacityBytes));
  }

  fill({ pool, volume }: VolumeRef, content: Uint8Array): void {
    const { volumes, path } = this.#active(pool);
    if (!volumes.has(volume))
      throw new VenError('tool-failed', {
        summary: `no storage vol with matching name '${volume}'`,
      });
    this.#faults.change(`vol-upload ${pool}/${volume}`, () =>
      this.contents.set(`${path}/${volume}`, content),
    );
  }

  /** The place in a pool that a path is. */
  at(path: string | null): VolumeRef | null {
    for (const [pool, { path: folder }] of this.pools) {
      if (path !== null && dirname(path) === folder) return { pool, volume: basename(path) };
    }
    return null;
  }

  grow({ pool, volume }: VolumeRef, bytes: number): void {
    const { volumes } = this.#active(pool);
    const now = volumes.get(volume);
    if (now === undefined)
      throw new VenError('tool-failed', {
        summary: `Storage volume not found: no storage vol with matching name '${volume}'`,
      });
    if (now < bytes)
      this.#faults.change(`vol-resize ${pool}/${volume}`, () => volumes.set(volume, bytes));
  }

  remove({ pool, volume }: VolumeRef): void {
    const volumes = this.pools.get(pool)?.volumes;
    if (volumes?.has(volume))
      this.#faults.change(`vol-delete ${pool}/${volume}`, () => volumes.delete(volume));
  }

  folderOf(pool: string): string {
    return this.#pool(pool).path;
  }

  /**
   * Whether a domain with this disk can start. Files outside all pools are somebody's, and are
   * there.
   */
  mustHave({ path, volume }: ObservedDisk): void {
    const missing = volume
      ? !this.has(volume.pool, volume.volume)
      : [...this.pools.values()].some(
          (pool) =>
            path !== null &&
            path.startsWith(`${pool.path}/`) &&
            !pool.volumes.has(path.slice(pool.path.length + 1)),
        );
    if (missing)
      throw new VenError('tool-failed', {
        summary:
          'Cannot access storage file ' +
          `'${path ?? `${volume?.pool ?? ''}/${volume?.volume ?? ''}`}': No such file ` +
          'or directory',
      });
  }

  observedPools(): ObservedPool[] {
    return [...this.pools]
      .map(([name, { uuid, active, type, path, gone }]) => ({
        name,
        uuid,
        active,
        autostart: true,
        type,
        path: FOLDERS.has(type) ? path : null,
        realPath: FOLDERS.has(type) && !gone ? path : null,
        availableBytes: 100 * 1024 ** 3,
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  observedVolumes(wanted: ReadonlySet<string>): ObservedVolume[] {
    return [...this.pools]
      .filter(([, { active }]) => active)
      .flatMap(([pool, { path, volumes }]) =>
        [...volumes].map(([volume, capacityBytes]) => ({
          pool,
          volume,
          path: `${path}/${volume}`,
          capacityBytes,
        })),
      )
      .filter(({ pool, volume }) => wanted.has(`${pool}/${volume}`))
      .sort((a, b) => (`${a.pool}/${a.volume}` < `${b.pool}/${b.volume}` ? -1 : 1));
  }

  /** What those images and all beneath them stand on. A file that is gone says nothing. */
  backingOf(paths: readonly (string | null)[]): Record<string, string> {
    const found: Record<string, string> = {};
    for (const start of paths)
      for (let path = start; path !== null && !(path in found);) {
        const lower = this.#isThere(path) ? this.backing.get(path) : undefined;
        if (lower !== undefined) found[path] = lower;
        path = lower ?? null;
      }
    return found;
  }

  /** As `pool/volume`: the images between a disk and one of those volumes. */
  snapshots(path: string | null, volumes: readonly VolumeRef[]): string[] {
    if (path === null) return [];
    const chain = [path, ...beneath(path, this.backingOf([path]))].flatMap((image) =>
      [...this.pools].flatMap(([name, pool]) =>
        image.startsWith(`${pool.path}/`) ? `${name}/${image.slice(pool.path.length + 1)}` : [],
      ),
    );
    const own = volumes.map(volumeKey);
    return chain.slice(
      0,
      Math.max(
        0,
        chain.findIndex((image) => own.includes(image)),
      ),
    );
  }

  #isThere(path: string): boolean {
    const pool = [...this.pools.values()].find((each) => path.startsWith(`${each.path}/`));
    return pool === undefined || pool.volumes.has(path.slice(pool.path.length + 1));
  }

  #pool(name: string): Pool {
    const pool = this.pools.get(name);
    if (!pool)
      throw new VenError('tool-failed', {
        summary: `Storage pool not found: no storage pool with matching name '${name}'`,
      });
    return pool;
  }

  #active(name: string): Pool {
    const pool = this.#pool(name);
    if (!pool.active)
      throw new VenError('tool-failed', {
        summary: `Requested operation is not valid: storage pool '${name}' is not active`,
      });
    return pool;
  }
}
