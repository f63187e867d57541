import { html } from 'hono/html';

/** What the numbers count, so that none seems to contradict another. */
export function meaningsSection() {
  return html`<section aria-labelledby="meanings">
    <h2 id="meanings">What the numbers mean</h2>
    <details id="meanings-text">
      <summary>Show</summary>
      <dl>
        <dt>Failing</dt>
        <dd>The latest runs of the playbook failed, and were not retried in time or failed again. One that finishes ends it.</dd>
        <dt>Stuck</dt>
        <dd>A run has been open for more than 4 hours.</dd>
        <dt>Overdue</dt>
        <dd>No run has begun by the time at which the playbook's own rhythm made one due.</dd>
        <dt>Silent</dt>
        <dd>SecMaster lists the playbook as enabled, and no run of it within the retention is known.</dd>
        <dt>Last 24 hours</dt>
        <dd>Runs that have ended, by the hour in which they began and by their status now: one that failed and finished when it was retried has finished. The bars are the present hour and the 23 before it; hours before the lookback are empty.</dd>
        <dt>Instances by status</dt>
        <dd>Runs that began within the lookback, and every open one however old, by their status now.</dd>
        <dt>Failed runs</dt>
        <dd>Each failed attempt since counting began, also of runs that were retried since. So there may be more of them than runs that have failed; and a playbook may be failing without any here, if it failed before counting began.</dd>
        <dt>Finished within</dt>
        <dd>Half and 95 % of the runs that finished since counting began took no longer, as exactly as the buckets of the histogram tell.</dd>
        <dt>As of</dt>
        <dd>All of it is as of the last successful poll of the workspace, not as of now.</dd>
      </dl>
    </details>
  </section>`;
}
