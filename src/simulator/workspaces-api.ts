import { formatTime } from '../model/time.ts';
import type { Behaviour } from './behaviour.ts';
import type { Project, Workspace } from './directory.ts';
import { gatewayProblem, type Problem, socProblem } from './errors.ts';
import { integer } from './list/parameters.ts';

/** The page of a project's workspaces that is asked for. */
export function workspacesAnswer(
  project: Project,
  parameters: URLSearchParams,
  behaviour: Behaviour['workspaces'],
): object | Problem {
  if (behaviour.list === 'refused') {
    return gatewayProblem(403, 'APIGW.0302', 'The app is not authorized to access the API');
  }
  const limit = integer(parameters.get('limit') ?? '', 1, 1000);
  const asked = integer(parameters.get('offset') || '0', 0, 10_000);
  if (limit === null || asked === null) return socProblem('20030001', 'Invalid parameters: limit or offset.');
  const all = [...project.workspaces.values()];
  const offset = behaviour.offset === 'ignored' ? 0 : asked;
  return {
    count: all.length,
    workspaces: all
      .slice(offset, offset + Math.min(limit, behaviour.maxRows ?? limit))
      .map((workspace) => workspaceRow(project, workspace, behaviour.names)),
  };
}

/** What a call in a workspace that there is none of is answered with. */
export function unknownWorkspace({ unknownStatus: status }: Behaviour['workspaces']): object | Problem {
  switch (status) {
    case 200:
      return { count: 0, instances: [] };
    case 403:
      return socProblem('20010001', 'Invalid workspace ID.', 403);
    default:
      return socProblem('20011003', 'The workspace does not exist.', status);
  }
}

function workspaceRow(project: Project, { id, name, createdMs }: Workspace, names: 'shown' | 'absent'): object {
  return {
    id,
    ...(names === 'shown' && { name }),
    description: '',
    create_time: formatTime(createdMs),
    update_time: formatTime(createdMs),
    project_id: project.id,
    project_name: project.name,
    region_id: project.name,
    domain_id: 'd0000000000000000000000000000001',
    enterprise_project_id: '0',
    is_view: false,
    view_bind_id: '',
    workspace_agency_list: [],
  };
}
