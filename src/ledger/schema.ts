/** The SQLite ledger's tables. `user_version` says which schema a file has; migrations[n] leads from n to n + 1. */

/** "SMEX", so that another program's database is not taken for a ledger. */
export const applicationId = 0x534d4558;

export const migrations: readonly string[] = [
  `
  CREATE TABLE ledger (
    ledger INTEGER PRIMARY KEY,
    project_id TEXT NOT NULL,
    workspace_id TEXT NOT NULL,
    name TEXT,
    created_at_ms INTEGER NOT NULL,
    complete_tails INTEGER NOT NULL DEFAULT 0,
    last_tail_ms INTEGER,
    last_success_ms INTEGER,
    from_minute INTEGER NOT NULL,
    -- Ended instances begun before this may have been forgotten.
    forgotten_before_ms INTEGER NOT NULL DEFAULT 0,
    -- Whether from_date and to_date limit the time at which instances begin; null until a sweep has shown it.
    dates_trusted INTEGER,
    instances INTEGER NOT NULL DEFAULT 0,
    UNIQUE (project_id, workspace_id)
  ) STRICT;

  CREATE TABLE instance (
    ledger INTEGER NOT NULL,
    id TEXT NOT NULL,
    playbook TEXT NOT NULL,
    trigger_type TEXT NOT NULL,
    status TEXT NOT NULL,
    start_time_ms INTEGER,
    end_time_ms INTEGER,
    retry_count INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    open INTEGER NOT NULL,
    -- 1 while SecMaster may have changed it unseen.
    doubtful INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    changed_in_tail INTEGER NOT NULL,
    counted_started INTEGER NOT NULL,
    counted_retries INTEGER NOT NULL,
    counted_ends TEXT NOT NULL,
    counted_timed TEXT NOT NULL,
    PRIMARY KEY (ledger, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX instance_open ON instance (ledger, seen_ms) WHERE open = 1;
  CREATE INDEX instance_doubtful ON instance (ledger) WHERE doubtful = 1;
  -- By the later of its times: what began lately is not old, whatever its end_time says.
  CREATE INDEX instance_ended ON instance (ledger, max(coalesce(end_time_ms, 0), coalesce(start_time_ms, 0))) WHERE open = 0;

  -- A playbook's label, given once for each name it has had.
  CREATE TABLE playbook (
    ledger INTEGER NOT NULL,
    playbook_id TEXT NOT NULL,
    name TEXT NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (ledger, playbook_id, name),
    UNIQUE (ledger, label)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE counter (
    ledger INTEGER NOT NULL,
    counter TEXT NOT NULL,
    playbook TEXT NOT NULL,
    trigger_type TEXT NOT NULL,
    status TEXT NOT NULL,
    value INTEGER NOT NULL,
    -- 1 once it has been scraped at 0 and may show its value.
    shown INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (ledger, counter, playbook, trigger_type, status)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX counter_hidden ON counter (ledger) WHERE shown = 0;

  CREATE TABLE duration (
    ledger INTEGER NOT NULL,
    playbook TEXT NOT NULL,
    trigger_type TEXT NOT NULL,
    status TEXT NOT NULL,
    le REAL NOT NULL,
    count INTEGER NOT NULL,
    sum_seconds REAL NOT NULL,
    -- The observation that came last.
    exemplar_id TEXT NOT NULL,
    exemplar_seconds REAL NOT NULL,
    exemplar_end_time_ms INTEGER NOT NULL,
    PRIMARY KEY (ledger, playbook, trigger_type, status, le)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE cell (
    ledger INTEGER NOT NULL,
    minute INTEGER NOT NULL,
    playbook TEXT NOT NULL,
    trigger_type TEXT NOT NULL,
    status TEXT NOT NULL,
    instances INTEGER NOT NULL,
    retries INTEGER NOT NULL,
    PRIMARY KEY (ledger, minute, playbook, trigger_type, status)
  ) STRICT, WITHOUT ROWID;

  -- The sums of the cells, moved along with them.
  CREATE TABLE gauge (
    ledger INTEGER NOT NULL,
    playbook TEXT NOT NULL,
    trigger_type TEXT NOT NULL,
    status TEXT NOT NULL,
    instances INTEGER NOT NULL,
    retries INTEGER NOT NULL,
    PRIMARY KEY (ledger, playbook, trigger_type, status)
  ) STRICT, WITHOUT ROWID;

  -- The newest start (status '') or end.
  CREATE TABLE mark (
    ledger INTEGER NOT NULL,
    playbook TEXT NOT NULL,
    trigger_type TEXT NOT NULL,
    status TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (ledger, playbook, trigger_type, status)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE sweep (
    key INTEGER PRIMARY KEY,
    ledger INTEGER NOT NULL,
    from_ms INTEGER,
    to_ms INTEGER,
    status TEXT,
    -- When it was last found that it can't be read completely.
    tried_ms INTEGER
  ) STRICT;
  `,
  `
  CREATE TABLE new_counter (
    ledger INTEGER NOT NULL,
    counter TEXT NOT NULL,
    playbook TEXT NOT NULL,
    trigger_type TEXT NOT NULL,
    status TEXT NOT NULL,
    node TEXT NOT NULL,
    value INTEGER NOT NULL,
    -- 1 once it has been scraped at 0 and may show its value.
    shown INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (ledger, counter, playbook, trigger_type, status, node)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_counter SELECT ledger, counter, playbook, trigger_type, status, '', value, shown FROM counter;
  DROP TABLE counter;
  ALTER TABLE new_counter RENAME TO counter;
  CREATE INDEX counter_hidden ON counter (ledger) WHERE shown = 0;

  -- Labels are given once for each name of a playbook; those beyond the limit share one.
  CREATE TABLE new_playbook (
    ledger INTEGER NOT NULL,
    playbook_id TEXT NOT NULL,
    name TEXT NOT NULL,
    label TEXT NOT NULL,
    -- The newest time seen of its instances.
    seen_ms INTEGER NOT NULL,
    PRIMARY KEY (ledger, playbook_id, name)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_playbook
    SELECT ledger, playbook_id, name, label,
           coalesce((SELECT max(at_ms) FROM mark WHERE mark.ledger = playbook.ledger AND mark.playbook = label), 0)
    FROM playbook;
  DROP TABLE playbook;
  ALTER TABLE new_playbook RENAME TO playbook;
  CREATE UNIQUE INDEX playbook_label ON playbook (ledger, label) WHERE label <> 'other';

  -- The latest failed attempts.
  CREATE TABLE failure (
    ledger INTEGER NOT NULL,
    id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    failed_ms INTEGER NOT NULL,
    -- The failed nodes as JSON; null until the topology has been read.
    nodes TEXT,
    PRIMARY KEY (ledger, id, attempt)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX failure_latest ON failure (ledger, failed_ms DESC);
  `,
];
