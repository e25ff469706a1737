import type { Timeline } from '../../model/index.js';
import type { TextViews } from '../tables.js';

export const TIMELINE_VIEWS = {
  text: {
    text: async (timeline, { style, words }) =>
      (await import('./text.js')).timelineText(timeline, style, words),
  },
  json: {
    summary: 'Print the stages with their times as JSON.',
    text: async (timeline) => (await import('./json.js')).timelineJson(timeline),
  },
  html: {
    summary: 'Write a self-contained HTML page.',
    written: 'Open it in a browser.',
    text: async (timeline, { time, words }) =>
      (await import('./html.js')).timelineHtml(timeline, time, words),
  },
} satisfies TextViews<Timeline>;
