import type { Address, RunResult, Step } from '../model/index.js';
import type { StepGraph } from './graph.js';

/**
 * `waiting` for what it needs → `ready` → `running` → `done`, `failed`, or `cut` short by the
 * second Ctrl-C. `skipped`: never started.
 */
export type StepState = 'waiting' | 'ready' | 'running' | 'done' | 'failed' | 'cut' | 'skipped';

const DELETING: readonly Step['kind'][] = ['vm-delete', 'network-delete', 'objects-delete'];
const CREATING: readonly Step['kind'][] = ['vm-up', 'network-create', 'objects-apply'];

/**
 * What has become of each step; knows what that means for the steps behind it. Every step ends
 * exactly once.
 */
export class Ledger {
  readonly #graph: StepGraph;
  readonly #states: StepState[];
  /** How many of its needs are not done yet. */
  readonly #missing: number[];

  constructor(graph: StepGraph) {
    this.#graph = graph;
    this.#states = graph.steps.map(() => 'waiting');
    this.#missing = graph.needs.map((needs) => needs.length);
  }

  state(place: number): StepState {
    const state = this.#states[place];
    if (!state) throw new RangeError(`no step ${String(place)}`);
    return state;
  }

  places(...wanted: StepState[]): number[] {
    return this.#states.flatMap((state, place) => (wanted.includes(state) ? [place] : []));
  }

  /** The steps that need nothing. */
  begin(): number[] {
    return this.#missing.flatMap((count, place) => (count === 0 ? [this.#setReady(place)] : []));
  }

  start(place: number): void {
    this.#states[place] = 'running';
  }

  /** Gives the steps that can start now, in plan order. */
  done(place: number): number[] {
    this.#end(place, 'done');
    const ready: number[] = [];
    for (const next of this.#graph.dependents[place] ?? []) {
      const missing = (this.#missing[next] ?? 0) - 1;
      this.#missing[next] = missing;
      if (missing === 0 && this.state(next) === 'waiting') ready.push(this.#setReady(next));
    }
    return ready;
  }

  /** Gives all the steps, near and far, that are skipped because of it, in plan order. */
  lost(place: number, how: 'failed' | 'cut'): number[] {
    this.#end(place, how);
    const skipped: number[] = [];
    const from = [place];
    for (let at = from.pop(); at !== undefined; at = from.pop()) {
      for (const next of this.#graph.dependents[at] ?? []) {
        if (this.state(next) !== 'waiting') continue;
        this.#end(next, 'skipped');
        skipped.push(next);
        from.push(next);
      }
    }
    return skipped.sort((a, b) => a - b);
  }

  skip(place: number): void {
    this.#end(place, 'skipped');
  }

  /**
   * Each address once, in plan order: failed when a step of it failed, done when all its steps are,
   * else skipped. `unfinished`: of the skipped, with a step that was begun. `notRecreated`: what
   * this run deleted to replace it, and did not create.
   */
  addresses(): Pick<RunResult, 'done' | 'failed' | 'skipped' | 'unfinished' | 'notRecreated'> {
    const fates = new Map<Address, 'done' | 'failed' | 'skipped'>();
    this.#graph.steps.forEach(({ address }, place) => {
      const state = this.state(place);
      const fate = state === 'failed' || state === 'done' ? state : 'skipped';
      const known = fates.get(address);
      if (known === undefined || fate === 'failed' || (fate === 'skipped' && known === 'done'))
        fates.set(address, fate);
    });
    const those = (wanted: string) =>
      [...fates].flatMap(([address, fate]) => (fate === wanted ? [address] : []));
    const begun = new Set(
      this.#graph.steps.flatMap(({ address }, place) =>
        ['done', 'cut'].includes(this.state(place)) ? [address] : [],
      ),
    );
    const deleted = this.#addressesOf(DELETING, (place) => this.state(place) === 'done');
    const missing = this.#addressesOf(CREATING, (place) => this.state(place) !== 'done');
    return {
      done: those('done'),
      failed: those('failed'),
      skipped: those('skipped'),
      unfinished: those('skipped').filter((address) => begun.has(address)),
      notRecreated: [...fates.keys()].filter(
        (address) => deleted.has(address) && missing.has(address),
      ),
    };
  }

  #addressesOf(kinds: readonly Step['kind'][], which: (place: number) => boolean): Set<Address> {
    return new Set(
      this.#graph.steps.flatMap(({ kind, address }, place) =>
        kinds.includes(kind) && which(place) ? [address] : [],
      ),
    );
  }

  #setReady(place: number): number {
    this.#states[place] = 'ready';
    return place;
  }

  #end(place: number, state: StepState): void {
    this.#states[place] = state;
  }
}
