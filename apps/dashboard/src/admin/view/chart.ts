import { html, type SafeHtml } from './html.js';

export interface BarChartOptions {
  /** What it shows, for those who do not see it. */
  title: string;
  /** One for each step; `values` are stacked, the second in the colour of failure. */
  bars: readonly { label: string; values: readonly number[] }[];
  /** Labels every so many bars. */
  every?: number;
  /** Drawn over the whole width of a page instead of a column. */
  wide?: boolean;
}

const measures = { height: 200, left: 34, bottom: 22, top: 10 };

/** Bars over time as SVG: drawn here, no script. */
export const barChart = ({ title, bars, every = 1, wide = false }: BarChartOptions): SafeHtml => {
  // About as many units as it gets pixels, so that letters come out in their size.
  const size = { ...measures, width: wide ? 960 : 440 };
  const sums = bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const top = niceCeiling(Math.max(1, ...sums));
  const plot = { width: size.width - size.left, height: size.height - size.bottom - size.top };
  const step = plot.width / Math.max(1, bars.length);
  const y = (value: number): number => size.top + plot.height * (1 - value / top);
  return html`<svg class="chart" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${title}">
${[0, 0.5, 1].map(
  (
    part,
  ) => html`<line class="axis" x1="${size.left}" x2="${size.width}" y1="${round(y(top * part))}" y2="${round(y(top * part))}"/>
<text x="${size.left - 6}" y="${round(y(top * part) + 4)}" text-anchor="end">${top * part}</text>`,
)}
${bars.map(({ label, values }, index) => {
  const x = size.left + index * step + step * 0.12;
  let base = 0;
  return html`<g><title>${label}: ${values.join(' / ')}</title>${values.map((value, series) => {
    const from = base;
    base += value;
    return (
      value > 0 &&
      html`<rect class="bar${series > 0 && ' bad'}" x="${round(x)}" y="${round(y(base))}" width="${round(step * 0.76)}" height="${round(y(from) - y(base))}" rx="1.5"/>`
    );
  })}</g>${
    // The last ones would not have room for their label.
    index % every === 0 &&
    (index + 0.5) * step <= plot.width - 16 &&
    html`<text x="${round(x + step * 0.38)}" y="${size.height - 6}" text-anchor="middle">${label}</text>`
  }`;
})}
</svg>`;
};

const round = (value: number): number => Math.round(value * 10) / 10;

/** The next 2, 4 or 10 times a power of ten: halves of it are whole. */
const niceCeiling = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [2, 4, 10].find((each) => each * power >= value) ?? 10;
  return step * power;
};
