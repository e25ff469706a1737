import type { Timeline } from '../../model/index.js';
import type { TextViews } from '../tables.js';

export const TIMELINE_VIEWS = {
  text: {
    text: async (timeline, { style, file }) =>
      (await import('./text.js')).timelineText(timeline, style, file),
  },
  json: {
    summary: 'Print the stages with their times as JSON.',
    text: async (timeline) => (await import('./json.js')).timelineJson(timeline),
  },
  html: {
    summary: 'Write a self-contained HTML page.',
    written: 'Open it in a browser.',
    text: async (timeline, { time, file }) =>
      (await import('./html.js')).timelineHtml(timeline, time, file),
  },
} satisfies TextViews<Timeline>;
