/** Bar charts as SVG, readable on light and on dark ground. */
import * as echarts from 'echarts';

export interface Bars {
  /** For screen readers, too. */
  title: string;
  /** From the top; one bar of each series, in seconds. null: it has none. */
  rows: { label: string; values: (number | null)[] }[];
  series: string[];
}

const WIDTH = 720;
const ROW_HEIGHT = 20;
const LABELS = 200;
/** Tell a colour in what is drawn from all others; a page's colours take their place. */
const INK = '#010203';
const LINES = '#040506';
/** Of series, each at 3:1 or more against white and against GitHub's dark ground. */
const COLOURS = ['#2f7ed8', '#3a9a5b', '#c2571a'];

/** The text of an SVG file. */
export function barChart({ title, rows, series }: Bars): string {
  const height = 70 + rows.length * (series.length * ROW_HEIGHT + 10);
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  const text = { color: INK, fontFamily: 'sans-serif', fontSize: 13 };
  chart.setOption({
    animation: false,
    color: COLOURS,
    textStyle: text,
    // The width of text is guessed without a browser, and too small.
    legend: { top: 4, left: 0, textStyle: text, itemWidth: 14, itemGap: 36 },
    grid: { top: 34, left: LABELS, right: 56, bottom: 24 },
    xAxis: {
      type: 'value',
      axisLabel: { ...text, formatter: '{value} s' },
      splitLine: { lineStyle: { color: LINES } },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map(({ label }) => label),
      axisLabel: text,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: LINES } },
    },
    series: series.map((name, at) => ({
      name,
      type: 'bar',
      barCategoryGap: '20%',
      data: rows.map(({ values }) => {
        const value = values[at] ?? null;
        return value === null ? null : Number(value.toFixed(2));
      }),
      label: { show: true, position: 'right', ...text, formatter: '{c}' },
    })),
  });
  const drawn = chart.renderToSVGString();
  chart.dispose();
  return drawn
    .replace(/<svg [^>]*>/, () => head(title, height))
    .replace(
      /\n?<rect width="\d+" height="\d+" x="0" y="0"[^>]*fill="none"[^>]*\/?>(<\/rect>)?/,
      '',
    )
    .replaceAll(INK, 'var(--ink)')
    .replaceAll(LINES, 'var(--lines)');
}

function head(title: string, height: number): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" ` +
    `style="width: 100%; max-width: ${WIDTH}px">\n<title>${title}</title>\n<style>` +
    'svg { --ink: #1f2328; --lines: #d1d9e0 } ' +
    '@media (prefers-color-scheme: dark) { svg { --ink: #f0f6fc; --lines: #3d444d } }' +
    '</style>'
  );
}
