import type { Alert, Notification } from './alertmanager.ts';
import type { Incident, Wants } from './incident.ts';
import { type MadeWorld, spanOf, type WorldPlan } from './world.ts';

/** What receivers were told of a world, held against what a person would want to be told; pure. */

export interface WorldVerdict {
  readonly world: string;
  readonly incidents: readonly IncidentVerdict[];
  /** Notifications of what is no incident, by alert. */
  readonly falsePages: Readonly<Record<string, number>>;
  readonly falseTickets: Readonly<Record<string, number>>;
}

export interface IncidentVerdict {
  readonly incident: string;
  readonly wants: Wants;
  /** When it could be told; null: what decides did not happen. */
  readonly decidedMs: number | null;
  /** The first notification of the severity that is wanted. */
  readonly told: { readonly alert: string; readonly atMs: number } | null;
  /** All notifications with something that fires, repeated ones too. */
  readonly pages: number;
  readonly tickets: number;
  /** The names of all alerts about it. */
  readonly alerts: readonly string[];
  readonly isMet: boolean;
}

/** An alert may come late, and look back for a while. */
const trailMs = 24 * 3_600_000;

export function verdictOn(plan: WorldPlan, made: MadeWorld, notifications: readonly Notification[]): WorldVerdict {
  const lived = plan.incidents.filter((incident) => spanOf(incident).untilMs <= made.endMs);
  const isOfAny = (alert: Alert) => plan.incidents.some((incident) => concerns(incident, alert));
  const falses = notifications
    .map(({ news }) => news.filter((alert) => !isOfAny(alert)))
    .filter((all) => all.length > 0);
  return {
    world: plan.name,
    incidents: lived.map((incident) => verdictOnOne(incident, made, notifications)),
    falsePages: countByName(falses.map((all) => all.filter(isPage))),
    falseTickets: countByName(falses.map((all) => all.filter((one) => !isPage(one)))),
  };
}

function verdictOnOne(
  incident: Incident,
  { happened }: MadeWorld,
  notifications: readonly Notification[],
): IncidentVerdict {
  const { fromMs, untilMs } = spanOf(incident);
  const own = happened.filter(
    ({ playbook, atMs }) => incident.playbooks.includes(playbook) && atMs >= fromMs && atMs < untilMs,
  );
  const decidedMs = incident.decided(own, fromMs);
  const heard = notifications.flatMap(({ atMs, firing }) => {
    const alerts = firing.filter((alert) => concerns(incident, alert));
    return alerts.length === 0 ? [] : [{ atMs, alerts, isPage: alerts.some(isPage) }];
  });
  const pages = heard.filter((one) => one.isPage);
  const tickets = heard.filter((one) => !one.isPage);
  const wanted = incident.wants === 'page' ? pages : tickets;
  const told = wanted
    .flatMap(({ atMs, alerts }) => alerts.map((alert) => ({ alert: nameOf(alert), atMs })))
    .find(({ alert }) => incident.by.includes(alert));
  const isMet = {
    page: told !== undefined,
    ticket: told !== undefined && pages.length === 0,
    nothing: pages.length === 0 && tickets.length === 0,
  }[incident.wants];
  return {
    incident: incident.name,
    wants: incident.wants,
    decidedMs,
    told: incident.wants === 'nothing' ? null : (told ?? null),
    pages: pages.length,
    tickets: tickets.length,
    alerts: [...new Set(heard.flatMap(({ alerts }) => alerts.map(nameOf)))],
    isMet,
  };
}

function concerns(incident: Incident, { labels, fromMs }: Alert): boolean {
  const span = spanOf(incident);
  if (fromMs < span.fromMs || fromMs > span.untilMs + trailMs) return false;
  const { playbook } = labels;
  if (playbook !== undefined) return incident.playbooks.includes(playbook);
  // What names no playbook is about the exporter, or about all of them.
  return incident.playbooks.length === 0 || incident.by.includes(labels.alertname ?? '');
}

function isPage({ labels }: Alert): boolean {
  return labels.severity === 'critical';
}

function nameOf({ labels }: Alert): string {
  return labels.alertname ?? '';
}

/** One for each notification and name. */
function countByName(all: readonly (readonly Alert[])[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const alerts of all) {
    for (const name of new Set(alerts.map(nameOf))) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
