import type { Plan } from '../../model/index.js';
import type { TextViews } from '../tables.js';

export const PLAN_VIEWS = {
  text: {
    text: async (plan, about) => (await import('./text.js')).planText(plan, about),
  },
  json: {
    summary: 'Print the plan as JSON.',
    text: async (plan) => (await import('./json.js')).planJson(plan),
  },
  markdown: {
    summary: 'Print the plan as a comment for a pull request.',
    text: async (plan, about) => (await import('./markdown.js')).planMarkdown(plan, about),
  },
} satisfies TextViews<Plan>;
