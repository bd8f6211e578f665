// @ts-check
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** @type {any} the package of the bench, which `npm ci` in bench/ installs */
const echarts = createRequire(import.meta.url)('echarts');

const MET = '#2da44e';
const MISSED = '#cf222e';
const PLAIN = '#57606a';
/** Pixels of a row. */
const ROW = 34;

/** @typedef {{ name: string, value: number, label: string, state?: 'met' | 'missed' | undefined }} Bar */

/**
 * Draws bars from the left, the first one at the top, into bench/results/NAME.svg.
 * @param {string} name
 * @param {{ title: string, bars: readonly Bar[], limit?: number }} picture `limit` is a line across the bars
 */
export function draw(name, { title, bars, limit }) {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 1100, height: 70 + ROW * bars.length });
  const colors = { met: MET, missed: MISSED };
  const line = limit === undefined ? {} : { markLine: { symbol: 'none', silent: true, data: [{ xAxis: limit }] } };
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: { text: title, left: 10, top: 8, textStyle: { fontSize: 14 } },
    grid: { left: 620, right: 100, top: 44, bottom: 16 },
    xAxis: { type: 'value', axisLabel: { show: false }, splitLine: { show: false } },
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map((bar) => bar.name),
      axisLabel: { fontSize: 11 },
      axisTick: { show: false },
    },
    series: [
      {
        type: 'bar',
        barWidth: 18,
        data: bars.map(({ value, label, state }) => ({
          value,
          itemStyle: { color: state ? colors[state] : PLAIN },
          label: { show: true, position: 'right', formatter: label },
        })),
        ...line,
      },
    ],
  });
  mkdirSync(new URL('results', import.meta.url), { recursive: true });
  writeFileSync(new URL(`results/${name}.svg`, import.meta.url), `${chart.renderToSVGString()}\n`);
  chart.dispose();
}
