import type { GraphAction } from '../../model/index.js';

/** What a thing with this action looks like: its box, and the badge with its sign. */
export interface Tone {
  fill: string;
  stroke: string;
  /** Of the sign on the badge, which has the stroke's colour. */
  sign: string;
}

export interface Palette {
  ground: string;
  /** The host's frame. */
  frame: string;
  ink: string;
  soft: string;
  link: string;
  /** The way to the orchestrator's boot file. */
  boots: string;
  plain: Tone;
  actions: Record<GraphAction, Tone>;
}

/** Text has a contrast of 4.5 to 1 and more, lines of 3 to 1 (WCAG AA); a test computes it. */
export const LIGHT: Palette = {
  ...{ ground: '#ffffff', frame: '#f4f6f9', ink: '#1b2330', soft: '#4f5b6b' },
  ...{ link: '#6b7788', boots: '#0b5cad' },
  plain: { fill: '#ffffff', stroke: '#6b7788', sign: '#ffffff' },
  actions: {
    create: { fill: '#e3f5e8', stroke: '#1a7037', sign: '#ffffff' },
    update: { fill: '#fff3d6', stroke: '#8a5a00', sign: '#ffffff' },
    replace: { fill: '#f3e8fd', stroke: '#7b3fb5', sign: '#ffffff' },
    delete: { fill: '#fde8e8', stroke: '#b3261e', sign: '#ffffff' },
    refused: { fill: '#fdeaf4', stroke: '#a3195b', sign: '#ffffff' },
    unchanged: { fill: '#ffffff', stroke: '#6b7788', sign: '#ffffff' },
  },
};

export const DARK: Palette = {
  ...{ ground: '#12161c', frame: '#1a2029', ink: '#e8edf4', soft: '#a9b5c5' },
  ...{ link: '#8593a6', boots: '#6cb2ff' },
  plain: { fill: '#232b36', stroke: '#8593a6', sign: '#12161c' },
  actions: {
    create: { fill: '#16351f', stroke: '#5fd184', sign: '#12161c' },
    update: { fill: '#3a2d0c', stroke: '#edb64a', sign: '#12161c' },
    replace: { fill: '#33204a', stroke: '#c79bf5', sign: '#12161c' },
    delete: { fill: '#43191b', stroke: '#ff8b86', sign: '#12161c' },
    refused: { fill: '#431930', stroke: '#ff8cc4', sign: '#12161c' },
    unchanged: { fill: '#232b36', stroke: '#8593a6', sign: '#12161c' },
  },
};
