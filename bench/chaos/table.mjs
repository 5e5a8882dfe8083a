// The table of a run. Pure.

export const medianOf = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return null;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** What counts against the product. */
export const bad = ['lost', 'doubled', 'stuck', 'orphaned'];

/**
 * @param {readonly { name: string, recovery: number | null, orphaned: number, inWork: number | null }[]} faults seconds until a probe was done, null: not in
 *   its bound; seconds until the last of the tasks that it met in work was done, null: it met none
 * @param {readonly { verdict: string, fault: string | null }[]} verdicts of all tasks
 * @returns a row for each kind that was tried, then one for all, then what was put down to no fault
 */
export const rowsOf = (faults, verdicts) => {
  const names = [...new Set(faults.map(({ name }) => name))].sort();
  const counted = (which) =>
    Object.fromEntries(
      ['lost', 'doubled', 'stuck', 'window', 'excused'].map((verdict) => [
        verdict,
        which.filter((one) => one.verdict === verdict).length,
      ]),
    );
  const row = (name, tried, met) => {
    const recoveries = tried.map(({ recovery }) => recovery);
    return {
      name,
      tried: tried.length,
      ...counted(met),
      orphaned: tried.reduce((sum, { orphaned }) => sum + orphaned, 0),
      median: medianOf(recoveries.map((one) => one ?? Number.POSITIVE_INFINITY)),
      inWork: Math.max(...tried.map(({ inWork }) => inWork ?? 0), 0) || null,
      worst: recoveries.length === 0 ? null : Math.max(...recoveries.map((one) => one ?? Number.POSITIVE_INFINITY)),
    };
  };
  const rows = names.map((name) =>
    row(
      name,
      faults.filter((fault) => fault.name === name),
      verdicts.filter(({ fault }) => fault === name),
    ),
  );
  const loose = verdicts.filter(({ fault }) => fault === null);
  return [
    ...rows,
    row('all', faults, verdicts),
    ...(Object.values(counted(loose)).some((n) => n > 0) ? [row('no fault', [], loose)] : []),
  ];
};

const seconds = (value) => (value === null ? '–' : Number.isFinite(value) ? value.toFixed(1) : 'never');

const columns = [
  ['fault', ({ name }) => name],
  ['tried', ({ tried }) => tried],
  ['lost', ({ lost }) => lost],
  ['doubled', ({ doubled }) => doubled],
  ['stuck', ({ stuck }) => stuck],
  ['orphaned', ({ orphaned }) => orphaned],
  ['window', ({ window }) => window],
  ['excused', ({ excused }) => excused],
  ['median s', ({ median }) => seconds(median)],
  ['worst s', ({ worst }) => seconds(worst)],
  ['in work s', ({ inWork }) => seconds(inWork)],
];

/** Rows as Markdown, aligned. */
export const tableOf = (rows) => {
  const cells = [columns.map(([head]) => head), ...rows.map((row) => columns.map(([, of]) => String(of(row))))];
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => line[at].length)));
  const line = (texts) =>
    `| ${texts.map((text, at) => (at === 0 ? text.padEnd(widths[at]) : text.padStart(widths[at]))).join(' | ')} |`;
  const rule = `|${widths.map((width, at) => (at === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(cells[0]), rule, ...cells.slice(1).map(line)].join('\n');
};
