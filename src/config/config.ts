import type { Secret } from '../model/secret.ts';
import type { CredentialFile } from './credential-file.ts';
import type { ProfileAddress } from './profile.ts';

/** The configuration once checked: every default filled in, durations in milliseconds, secrets sealed. */
export interface Config {
  readonly poll: {
    /** Cron with seconds. */
    readonly schedule: string;
    readonly lookbackMs: number;
    /** For one API request. */
    readonly timeoutMs: number;
    /** API requests a second, for each endpoint. */
    readonly rateLimit: number;
    /** Workspaces polled at once. */
    readonly concurrency: number;
  };
  readonly state: {
    readonly path: string;
    readonly retentionMs: number;
  };
  readonly metrics: {
    /** Upper bounds in seconds, ascending, without +Inf. */
    readonly durationBuckets: readonly number[];
    readonly language: Language;
    /** Of a workspace, with series of their own. */
    readonly maxPlaybooks: number;
    /** Whether the topology of each failed instance is read. */
    readonly nodes: 'failed' | 'off';
    /** How long a new series of a counter stays at 0 once it has been scraped. */
    readonly newSeriesHoldMs: number;
  };
  readonly status: {
    /** Failed, stuck and retrying runs that are shown; 0: none, and their messages are kept nowhere. */
    readonly recentRuns: number;
  };
  readonly workspaces: readonly WorkspaceConfig[];
  /** Where the credentials were found of workspaces that name none; null: each names its own. */
  readonly defaultCredentials: DefaultCredentials['from'] | null;
}

export interface DefaultCredentials {
  readonly from: 'environment' | 'profile' | 'metadata';
  readonly credentials: CredentialsConfig;
}

export type Language = 'en' | 'zh';

export interface WorkspaceConfig {
  /** The value of the label `workspace`; null: the workspace's own name. */
  readonly name: string | null;
  readonly region: string;
  /** null: the project that has the region's name. */
  readonly projectId: string | null;
  /** null: every workspace of the project. */
  readonly workspaceId: string | null;
  /** Origins, such as `https://secmaster.eu-west-101.myhuaweicloud.eu`. */
  readonly endpoint: string;
  readonly iamEndpoint: string;
  readonly filters: Filters;
  readonly credentials: CredentialsConfig;
}

/** Only instances with one of the values of each kind; none: all. */
export interface Filters {
  readonly playbookId: readonly string[];
  readonly workflowId: readonly string[];
  readonly dataclassId: readonly string[];
  readonly triggerType: readonly string[];
}

/** What stands in files is read again whenever it is needed, so that a changed file needs no reload. */
export type CredentialsConfig =
  | {
      readonly kind: 'ak_sk';
      readonly ak: string | CredentialFile;
      readonly sk: Secret | CredentialFile;
      readonly securityToken: Secret | CredentialFile | null;
    }
  | {
      readonly kind: 'password';
      readonly domain: string;
      readonly user: string;
      readonly password: Secret | CredentialFile;
    }
  | { readonly kind: 'token'; readonly token: CredentialFile }
  | {
      readonly kind: 'agency';
      /** Origin of the metadata service. */
      readonly endpoint: string;
    }
  | ({ readonly kind: 'profile' } & ProfileAddress);
