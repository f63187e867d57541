import type { IncidentVerdict, WorldVerdict } from './verdicts.ts';

/** Markdown for docs/alerts.md. */
export function tablesOf(worlds: readonly WorldVerdict[]): string {
  const falses = table(
    ['world', 'false pages', 'false tickets', 'of which alerts'],
    worlds.map(({ world, falsePages, falseTickets }) => [
      world,
      String(sum(falsePages)),
      String(sum(falseTickets)),
      [...new Set([...Object.keys(falsePages), ...Object.keys(falseTickets)])]
        .map((name) => `${name} ${(falsePages[name] ?? 0) + (falseTickets[name] ?? 0)}`)
        .join(', ') || '–',
    ]),
  );
  const rows = worlds.flatMap((world) => world.incidents.map(incidentRow));
  if (rows.length === 0) return falses;
  return `${falses}\n${table(['incident', 'wanted', 'told by', 'after the deciding event', 'pages', 'tickets', ''], rows)}`;
}

function incidentRow(one: IncidentVerdict): string[] {
  const { incident, wants, told, decidedMs, pages, tickets, alerts, isMet } = one;
  const others = alerts.filter((name) => name !== told?.alert);
  const by = [
    told?.alert ?? (wants === 'nothing' ? '–' : 'nobody'),
    ...(others.length > 0 ? [`(${others.join(', ')})`] : []),
  ];
  const delay = told === null || decidedMs === null ? '–' : delayText(told.atMs - decidedMs);
  return [incident, wants, by.join(' '), delay, String(pages), String(tickets), isMet ? '' : 'not as wanted'];
}

export function delayText(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  const text = minutes < 120 ? `${minutes} min` : `${(minutes / 60).toFixed(minutes < 600 ? 1 : 0)} h`;
  return ms < 0 && minutes > 0 ? `${text} before` : text;
}

/** What is not as the goals say: one page at most where it is busy, else none; two tickets; each incident told as is wanted. */
export function unmet(worlds: readonly WorldVerdict[]): string[] {
  return worlds.flatMap(({ world, falsePages, falseTickets, incidents }) => [
    ...(sum(falsePages) > (world === 'busy' ? 1 : 0) ? [`${world}: ${sum(falsePages)} false pages`] : []),
    ...(sum(falseTickets) > 2 ? [`${world}: ${sum(falseTickets)} false tickets`] : []),
    ...incidents
      .filter(({ isMet }) => !isMet)
      .map(({ incident, wants }) => `${world}: ${incident}: ${wants} is wanted`),
  ]);
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, one) => total + one, 0);
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return line(heads) + line(heads.map(() => '---')) + rows.map(line).join('');
}
