import { basename } from 'node:path';
import type {
  ProvisionEvent,
  ProvisionResult,
  ResolvedFleet,
  ResolvedVm,
  VenError,
} from '../../model/index.js';
import { junitReport, type JunitReport } from './junit.js';
import { saveText } from '../save.js';

/**
 * A run's report in JUnit XML, in its file from the first moment on: whatever ends the run, what
 * stands there is about it.
 */
export class ReportFile {
  readonly #path: string;
  readonly #began = performance.now();
  #junit: JunitReport;

  /** Also learns that way that a path can't be written. @throws VenError `usage` */
  constructor(path: string, file: string) {
    this.#path = path;
    this.#junit = junitReport(basename(file), []);
    this.save({ result: null });
  }

  /** Which nodes it is about. */
  about({ name }: ResolvedFleet, vms: readonly ResolvedVm[]): void {
    this.#junit = junitReport(
      name,
      vms.map((vm) => vm.name),
    );
    this.save({ result: null });
  }

  emit(event: ProvisionEvent): void {
    this.#junit.emit(event);
  }

  save(end: { result: ProvisionResult | null; error?: VenError }): void {
    saveText(
      this.#path,
      this.#junit.xml({ ...end, seconds: (performance.now() - this.#began) / 1000 }),
    );
  }
}
