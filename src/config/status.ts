import { parseConsoleUrl } from '../model/console-link.ts';
import { field, whole } from './fields.ts';
import { key, optionalKey, section } from './mapping.ts';

const consoleUrl = field(
  (value, refuse) =>
    (typeof value === 'string' ? parseConsoleUrl(value.trim()) : null) ??
    refuse(
      'must be an https:// address, such as that of a page of the console; after the host it may have {region}, {project_id}, {workspace_id} and {instance_id}, which are filled in',
    ),
  {
    values:
      '`https://` address; after the host it may have `{region}`, `{project_id}`, `{workspace_id}`, `{instance_id}`',
    // It may have a password in it.
    isShown: false,
  },
);

export const status = section({
  recentRuns: key('recent_runs', whole(0, 1_000), {
    default: 50,
    meaning: 'number of failed, stuck and retrying runs on the status page; 0: none, and their messages are not stored',
  }),
  consoleUrl: optionalKey('console_url', consoleUrl, {
    meaning: "page of SecMaster's console that the status page links to, for each workspace and each run",
  }),
});
