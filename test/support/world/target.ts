import type { Target } from '../../../src/poll/fleet/membership.ts';

/** An entry of the configuration: all workspaces of a project, unless it says otherwise. */
export function target(some: Partial<Target> = {}): Target {
  return {
    name: null,
    region: 'eu-west-101',
    projectId: 'project-a',
    workspaceId: null,
    endpoint: 'https://a.example.com',
    iamEndpoint: 'https://b.example.com',
    ...some,
  };
}
