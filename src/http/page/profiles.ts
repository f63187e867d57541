import { html } from 'hono/html';
import type { BehaviourStatus, WorkspaceStatus } from '../workspace-status.ts';
import { name } from './format.ts';

/** Nothing until something has been found out. */
export function profilesSection(workspaces: readonly WorkspaceStatus[]) {
  const tried = workspaces.filter(({ profile }) => profile.length > 0);
  if (tried.length === 0) return html``;
  return html`<section aria-labelledby="profiles">
  <h2 id="profiles">How SecMaster behaves</h2>
  ${tried.map(profileOf)}
</section>`;
}

function profileOf({ workspace, profile }: WorkspaceStatus) {
  return html`<details id="profile-${workspace}">
    <summary>${name(workspace)}: ${summary(profile)}</summary>
    <ul>${profile.map(behaviour)}</ul>
  </details>`;
}

function summary(profile: readonly BehaviourStatus[]): string {
  const slower = profile.filter((one) => one.slower).length;
  if (slower === 0) return 'nothing makes the exporter slower';
  return `${slower} of ${profile.length} findings ${slower === 1 ? 'makes' : 'make'} the exporter slower`;
}

function behaviour({ text, slower }: BehaviourStatus) {
  return html`<li><bdi>${text}</bdi>${slower ? html` <span class="state bad">slower</span>` : ''}</li>`;
}
