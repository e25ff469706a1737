/** The colours of the page. Text has a contrast of 4.5 to 1 and more (WCAG AA), marks of 3 to 1. */
export interface PageColours {
  /** Behind everything, behind a section, and behind what stands out in it. */
  ground: string;
  card: string;
  rail: string;
  ink: string;
  soft: string;
  /** Between things; no information is in it. */
  line: string;
  good: string;
  bad: string;
  busy: string;
  /** On the colours of stages. */
  label: string;
  stages: readonly string[];
}

export const LIGHT: PageColours = {
  ...{ ground: '#f6f7f9', card: '#ffffff', rail: '#eef1f5', ink: '#1b2330', soft: '#515c6b' },
  ...{ line: '#dfe3e9', good: '#17703f', bad: '#b3202f', busy: '#855200', label: '#ffffff' },
  stages: [
    ...['#5b6676', '#1f66c1', '#0b7285', '#5b4bc4', '#b0317a'],
    ...['#a8510a', '#6b6a10', '#237a45', '#1d4f7c', '#8a4a2b'],
  ],
};

export const DARK: PageColours = {
  ...{ ground: '#12161c', card: '#1a2029', rail: '#222a35', ink: '#e4e9f0', soft: '#a3afbf' },
  ...{ line: '#2c3542', good: '#4cc38a', bad: '#ff7d88', busy: '#e5a743', label: '#12161c' },
  stages: [
    ...['#9aa6b8', '#6cabf5', '#3fc3d6', '#a79df2', '#ee93bf'],
    ...['#f2a655', '#c6c158', '#6acb90', '#7db4dd', '#d39a7b'],
  ],
};
