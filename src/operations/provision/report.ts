import { basename } from 'node:path';
import {
  identityOf,
  type NewProvisionReport,
  type OrchestratorHost,
  type ProvisionEvent,
  type ProvisionReport,
  type ProvisionResult,
  type ResolvedFleet,
  type ResolvedVm,
  type VenError,
} from '../../model/index.js';
import { outputKind } from '../../host/index.js';
import { saveText } from '../save.js';

/** A report that somebody asked for. `path`: its file, written over. */
export interface ReportRequest {
  path: string;
  open: NewProvisionReport;
}

/**
 * A run's report. Its file is written at once, so that it is about this run however the run ends.
 * A pipe or a device gets one report, at the end.
 */
export class ReportFile {
  readonly #request: ReportRequest;
  readonly #began = performance.now();
  #report: ProvisionReport;

  /** Writes an empty report. @throws VenError `usage` when the path can't be written */
  constructor(request: ReportRequest, file: string) {
    this.#request = request;
    this.#report = request.open(basename(file), []);
    this.#saveEmpty();
  }

  /** Sets the nodes that the report is about. */
  about({ name }: ResolvedFleet, vms: readonly ResolvedVm[]): void {
    this.#report = this.#request.open(name, vms.map(identityOf));
    this.#saveEmpty();
  }

  emit(event: ProvisionEvent): void {
    this.#report.emit(event);
  }

  save(end: {
    result: ProvisionResult | null;
    hosts?: readonly OrchestratorHost[] | undefined;
    error?: VenError;
  }): void {
    const seconds = (performance.now() - this.#began) / 1000;
    saveText(this.#request.path, this.#report.text({ ...end, seconds }));
  }

  #saveEmpty(): void {
    if (outputKind(this.#request.path) === 'file') this.save({ result: null });
  }
}
