/** The times at which a version of a workflow first ran, marked on the graphs. */
import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { workflow } from '../../../src/metrics/families.ts';
import { neutral } from '../colours.ts';
import { dataSource } from '../panel/target.ts';
import { chosen, series } from '../promql.ts';

const firstStart = series(workflow.versionFirstStart, {
  workspace: chosen('workspace'),
  playbook: chosen('playbook'),
});

/** The first step of each, so that a mark doesn't fall between two. */
export const versionAnnotation = new AnnotationQueryBuilder()
  .name('New workflow versions')
  .datasource(dataSource)
  .enable(true)
  .iconColor(neutral)
  .expr(`time() - max by (workspace, playbook, workflow, version) (${firstStart}) < $__interval_ms / 1000`)
  .step('60s')
  .titleFormat('{{workflow}} {{version}}')
  .textFormat('first ran in {{workspace}} {{playbook}}');
