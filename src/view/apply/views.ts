import type { Plan, RunEvent } from '../../model/index.js';
import type { EventViews } from '../tables.js';

export const RUN_VIEWS = {
  terminal: {
    open: async (plan, { stream, style }) =>
      (await import('./terminal.js')).terminalProgress(plan, stream, style),
  },
  lines: {
    open: async (plan, { write, style }) =>
      (await import('./progress.js')).plainProgress(plan, write, style),
  },
  json: {
    summary: 'Print the events, one a line, as JSON.',
    open: async (_, { write }) => (await import('./progress.js')).jsonProgress(write),
  },
} satisfies EventViews<Plan, RunEvent>;
