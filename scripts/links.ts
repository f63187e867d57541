/** The links of alerts: templates for Prometheus, and what they come to in unit tests. */
import type { ProjectAddress } from './project-address.ts';

/**
 * To the runbook, wherever `alerts/links.rules.yml` says that runbooks are. Where nothing is known, its page in the project; where that
 * has no address, the name of the file: a person finds it in the package, and nothing pretends to be a link.
 */
export function runbookUrl(alert: string, address: ProjectAddress | null): string {
  const found = `{{ with . | sortByLabel "url" | first }}{{ .Labels.url }}/${alert}{{ .Labels.suffix }}{{ end }}`;
  return `{{ with query "secmaster:runbooks_folder:info" }}${found}{{ else }}${unknownRunbook(alert, address)}{{ end }}`;
}

/** As `runbookUrl` where no series says where runbooks are. */
export function unknownRunbook(alert: string, address: ProjectAddress | null): string {
  const file = `docs/runbooks/${alert}.md`;
  return address === null ? file : address.pageOf(file);
}

type Labels = Readonly<Record<string, string>>;

/** To the dashboard that shows the cause, with the variables of the alert; `grafana` is Grafana's own URL. */
export function dashboardUrl(grafana: string, area: string): string {
  const workspace = `var-workspace=${encoded}`;
  if (area === 'exporter')
    return `${folderOf(grafana)}secmaster-exporter{{ with $labels.workspace }}?${workspace}{{ end }}`;
  const board = `{{ with $labels.playbook }}secmaster-playbook?var-playbook=${encoded}&{{ else }}secmaster-overview?{{ end }}`;
  return `${folderOf(grafana)}${board}{{ with $labels.workspace }}${workspace}{{ end }}`;
}

/** Go writes a blank as a plus, which not every reader takes for one. */
const encoded = '{{ . | urlquery | reReplaceAll "[+]" "%20" }}';

/** What `dashboardUrl` comes to for an alert with these labels. */
export function expandedDashboardUrl(grafana: string, { area, workspace, playbook }: Labels): string {
  const variable = workspace === undefined ? '' : `var-workspace=${urlQuery(workspace)}`;
  if (area === 'exporter') return `${folderOf(grafana)}secmaster-exporter${variable && `?${variable}`}`;
  const board = playbook ? `secmaster-playbook?var-playbook=${urlQuery(playbook)}&` : 'secmaster-overview?';
  return `${folderOf(grafana)}${board}${variable}`;
}

const folderOf = (grafana: string) => `${grafana.replace(/\/+$/, '')}/d/`;

/** As Go escapes it, blanks aside. */
const urlQuery = (text: string) =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
