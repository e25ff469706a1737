import type { ProvisionEvent } from '../../model/index.js';
import type { EventViews, ReportView } from '../tables.js';

/** The run's first event says which nodes it is about. */
export const PROVISION_VIEWS = {
  terminal: {
    open: async (_, { stream, style }) =>
      (await import('./terminal.js')).provisionTerminal(stream, style),
  },
  lines: {
    open: async (_, { write, style }) => (await import('./lines.js')).provisionLines(write, style),
  },
  json: {
    summary: 'Print the events, one a line, as JSON.',
    open: async (_, { write }) => (await import('../apply/progress.js')).jsonProgress(write),
  },
} satisfies EventViews<null, ProvisionEvent>;

export const PROVISION_REPORTS = {
  junit: {
    summary: 'Also write a report as JUnit XML.',
    load: async () => (await import('./junit.js')).junitReport,
  },
  'env-file': {
    summary: 'Also write each node, as KEY=value for a shell.',
    load: async () => (await import('./env-file.js')).envFileReport,
  },
} satisfies Record<string, ReportView>;
