import { shortenedInSql } from './short-texts.ts';

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
  `
  -- Which labels there are is the configuration's business: a series is a counter and a label set.
  CREATE TABLE label_set (
    label_set INTEGER PRIMARY KEY,
    ledger INTEGER NOT NULL,
    -- JSON as label-set.ts writes it: equal sets have equal texts.
    labels TEXT NOT NULL,
    playbook TEXT GENERATED ALWAYS AS (labels ->> '$.playbook') STORED,
    status TEXT GENERATED ALWAYS AS (labels ->> '$.status') STORED,
    UNIQUE (ledger, labels)
  ) STRICT;

  CREATE TEMP TABLE old_set (
    ledger INTEGER, playbook TEXT, trigger_type TEXT, status TEXT, node TEXT, labels TEXT, label_set INTEGER
  );
  INSERT INTO old_set (ledger, playbook, trigger_type, status, node, labels)
    SELECT ledger, playbook, trigger_type, status, node,
           CASE WHEN node <> '' THEN labels_text('playbook', playbook, 'node', node)
                WHEN status <> '' THEN labels_text('playbook', playbook, 'trigger_type', trigger_type, 'status', status)
                ELSE labels_text('playbook', playbook, 'trigger_type', trigger_type) END
    FROM (
      SELECT ledger, playbook, trigger_type, '' AS status, '' AS node FROM instance
      UNION SELECT ledger, playbook, trigger_type, status, node FROM counter
      UNION SELECT ledger, playbook, trigger_type, status, '' FROM duration
      UNION SELECT ledger, playbook, trigger_type, status, '' FROM cell
      UNION SELECT ledger, playbook, trigger_type, status, '' FROM gauge
      UNION SELECT ledger, playbook, trigger_type, status, '' FROM mark
    );
  INSERT INTO label_set (ledger, labels) SELECT ledger, labels FROM old_set;
  UPDATE old_set SET label_set =
    (SELECT label_set FROM main.label_set AS new WHERE new.ledger = old_set.ledger AND new.labels = old_set.labels);
  -- SQLite leaves the order of a CROSS JOIN as it is: each row finds its set by this index.
  CREATE INDEX temp.old_set_key ON old_set (ledger, playbook, trigger_type, status, node);

  ALTER TABLE ledger RENAME COLUMN complete_tails TO generation;
  ALTER TABLE ledger RENAME COLUMN forgotten_before_ms TO pruned_before_ms;

  CREATE TABLE new_instance (
    ledger INTEGER NOT NULL,
    id TEXT NOT NULL,
    label_set INTEGER NOT NULL,
    status TEXT NOT NULL,
    start_time_ms INTEGER,
    end_time_ms INTEGER,
    retry_count INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    open INTEGER NOT NULL,
    -- 1 while SecMaster may have changed it unseen.
    recheck INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    changed_in INTEGER NOT NULL,
    counted_started INTEGER NOT NULL,
    counted_retries INTEGER NOT NULL,
    counted_ends TEXT NOT NULL,
    counted_timed TEXT NOT NULL,
    PRIMARY KEY (ledger, id)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_instance
    SELECT ledger, id, label_set, instance.status, start_time_ms, end_time_ms, retry_count, gone, open, doubtful, seen_ms,
           changed_in_tail, counted_started, counted_retries, counted_ends, counted_timed
    FROM instance CROSS JOIN old_set USING (ledger, playbook, trigger_type) WHERE old_set.status = '' AND node = '';
  DROP TABLE instance;
  ALTER TABLE new_instance RENAME TO instance;
  CREATE INDEX instance_open ON instance (ledger, seen_ms) WHERE open = 1;
  CREATE INDEX instance_recheck ON instance (ledger) WHERE recheck = 1;
  -- By the later of its times: what began lately is not old, whatever its end_time says.
  CREATE INDEX instance_ended ON instance (ledger, max(coalesce(end_time_ms, 0), coalesce(start_time_ms, 0))) WHERE open = 0;

  CREATE TABLE new_counter (
    ledger INTEGER NOT NULL,
    counter TEXT NOT NULL,
    label_set INTEGER NOT NULL,
    value INTEGER NOT NULL,
    -- 1 once it has been scraped at 0 and may show its value.
    exposed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (ledger, counter, label_set)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_counter SELECT ledger, counter, label_set, value, shown
    FROM counter CROSS JOIN old_set USING (ledger, playbook, trigger_type, status, node);
  DROP TABLE counter;
  ALTER TABLE new_counter RENAME TO counter;
  CREATE INDEX counter_pending ON counter (ledger) WHERE exposed = 0;

  CREATE TABLE new_duration (
    ledger INTEGER NOT NULL,
    label_set INTEGER NOT NULL,
    le REAL NOT NULL,
    count INTEGER NOT NULL,
    sum_seconds REAL NOT NULL,
    -- The observation that came last.
    exemplar_id TEXT NOT NULL,
    exemplar_seconds REAL NOT NULL,
    exemplar_end_time_ms INTEGER NOT NULL,
    PRIMARY KEY (ledger, label_set, le)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_duration
    SELECT ledger, label_set, le, count, sum_seconds, exemplar_id, exemplar_seconds, exemplar_end_time_ms
    FROM duration CROSS JOIN old_set USING (ledger, playbook, trigger_type, status) WHERE node = '';
  DROP TABLE duration;
  ALTER TABLE new_duration RENAME TO duration;

  CREATE TABLE new_cell (
    ledger INTEGER NOT NULL,
    minute INTEGER NOT NULL,
    label_set INTEGER NOT NULL,
    instances INTEGER NOT NULL,
    retries INTEGER NOT NULL,
    PRIMARY KEY (ledger, minute, label_set)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_cell SELECT ledger, minute, label_set, instances, retries
    FROM cell CROSS JOIN old_set USING (ledger, playbook, trigger_type, status) WHERE node = '';
  DROP TABLE cell;
  ALTER TABLE new_cell RENAME TO cell;

  -- The sums of the cells, moved along with them.
  CREATE TABLE new_gauge (
    ledger INTEGER NOT NULL,
    label_set INTEGER NOT NULL,
    instances INTEGER NOT NULL,
    retries INTEGER NOT NULL,
    PRIMARY KEY (ledger, label_set)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_gauge SELECT ledger, label_set, instances, retries
    FROM gauge CROSS JOIN old_set USING (ledger, playbook, trigger_type, status) WHERE node = '';
  DROP TABLE gauge;
  ALTER TABLE new_gauge RENAME TO gauge;

  -- The newest start, or the newest end of those with this status.
  CREATE TABLE new_mark (
    ledger INTEGER NOT NULL,
    mark TEXT NOT NULL,
    label_set INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (ledger, mark, label_set)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_mark SELECT ledger, iif(status = '', 'start', 'completion'), label_set, at_ms
    FROM mark CROSS JOIN old_set USING (ledger, playbook, trigger_type, status) WHERE node = '';
  DROP TABLE mark;
  ALTER TABLE new_mark RENAME TO mark;

  DROP TABLE temp.old_set;
  `,
  `
  -- The latest end that a row has shown, and the ends until then by status: a later one is a further attempt.
  ALTER TABLE instance ADD COLUMN last_end_ms INTEGER;
  ALTER TABLE instance ADD COLUMN last_end_retry_count INTEGER;
  ALTER TABLE instance ADD COLUMN last_end_ends TEXT;
  UPDATE instance SET last_end_ms = end_time_ms, last_end_retry_count = retry_count, last_end_ends = counted_ends
    WHERE open = 0 AND end_time_ms IS NOT NULL;

  -- Failed nodes beyond those kept in nodes.
  ALTER TABLE failure ADD COLUMN more_nodes INTEGER NOT NULL DEFAULT 0;
  UPDATE failure SET
    more_nodes = json_array_length(nodes) - 20,
    nodes = (SELECT json_group_array(json(value)) FROM (SELECT value FROM json_each(nodes) ORDER BY key LIMIT 20))
  WHERE json_array_length(nodes) > 20;
  `,
  `
  -- How SecMaster behaves, as JSON.
  ALTER TABLE ledger ADD COLUMN profile TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE ledger DROP COLUMN dates_trusted;

  ALTER TABLE sweep ADD COLUMN trigger_type TEXT;
  ALTER TABLE sweep ADD COLUMN oldest_first INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE sweep ADD COLUMN purpose TEXT NOT NULL DEFAULT 'gap';
  `,
  `
  -- Which values of a label have series of their own (1), and which share the value other (0).
  CREATE TABLE label_value (
    ledger INTEGER NOT NULL,
    label TEXT NOT NULL,
    value TEXT NOT NULL,
    own INTEGER NOT NULL,
    -- The newest time seen of its instances.
    seen_ms INTEGER NOT NULL,
    PRIMARY KEY (ledger, label, value)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO label_value
    SELECT DISTINCT ledger, 'trigger_type', labels ->> '$.trigger_type', 1, 0 FROM label_set
    WHERE labels ->> '$.trigger_type' NOT IN ('', 'other');
  INSERT INTO label_value
    SELECT DISTINCT ledger, 'status', status, 1, 0 FROM label_set WHERE status NOT IN ('', 'other');
  `,
  `
  -- What SecMaster tells of an open or FAILED instance beside what is counted, as JSON.
  ALTER TABLE instance ADD COLUMN details TEXT;
  -- The starts and ends of a series.
  CREATE INDEX instance_of_set ON instance (ledger, label_set, status, end_time_ms, start_time_ms);

  -- While a gap is to be swept, changes before this may be unseen; null: it is not known since when.
  ALTER TABLE ledger ADD COLUMN unseen_before_ms INTEGER;
  -- Ends since then are known once nothing is left to be swept; null: reading the history has not been planned.
  ALTER TABLE ledger ADD COLUMN history_from_ms INTEGER;

  -- The newest run under the name, and when a row last showed it: the newest of a playbook's names is its current one.
  ALTER TABLE playbook ADD COLUMN begun_ms INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE playbook ADD COLUMN met_ms INTEGER NOT NULL DEFAULT 0;
  -- What SecMaster has dated into the future would hold every later name off.
  UPDATE playbook SET begun_ms = min(seen_ms, unixepoch() * 1000);

  -- An instance without a playbook is (none), and a playbook of this name gets its id appended.
  CREATE TEMP TABLE renamed AS
    SELECT ledger, '(none) (' || substr(playbook_id, 1, 8) || ')' AS label, '(none) (' || playbook_id || ')' AS longer
    FROM playbook WHERE label = '(none)';
  UPDATE renamed SET label = longer WHERE (ledger, label) IN (SELECT ledger, label FROM main.playbook);
  UPDATE OR IGNORE playbook SET label = renamed.label
    FROM temp.renamed WHERE renamed.ledger = playbook.ledger AND playbook.label = '(none)';
  UPDATE OR IGNORE label_set
    SET labels = rtrim(labels_text('playbook', label), '}') || substr(labels, length('{"playbook":"(none)"') + 1)
    FROM temp.renamed WHERE renamed.ledger = label_set.ledger AND playbook = '(none)';
  UPDATE OR IGNORE label_set SET labels = '{"playbook":"(none)"' || substr(labels, length('{"playbook":""') + 1)
    WHERE playbook = '';
  DROP TABLE temp.renamed;

  -- SecMaster's list of playbooks as JSON, and when it was read last.
  ALTER TABLE ledger ADD COLUMN listed TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE ledger ADD COLUMN listed_ms INTEGER;
  -- Attempts whose topology is to be read: of each instance the latest.
  CREATE TABLE topology (
    ledger INTEGER NOT NULL,
    id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    ended_ms INTEGER NOT NULL,
    -- When the attempt before it ended.
    since_ms INTEGER,
    PRIMARY KEY (ledger, id)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO topology
    SELECT ledger, id, max(attempt), 1, failed_ms, NULL FROM failure WHERE nodes IS NULL GROUP BY ledger, id;
  ALTER TABLE ledger ADD COLUMN topologies_read INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE ledger ADD COLUMN topologies_skipped INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE ledger ADD COLUMN topologies_failed INTEGER NOT NULL DEFAULT 0;
  -- The versions of workflows that a playbook has run.
  CREATE TABLE workflow_version (
    ledger INTEGER NOT NULL,
    -- The label.
    playbook TEXT NOT NULL,
    -- Or the name, where SecMaster gives no id.
    workflow_id TEXT NOT NULL,
    version TEXT NOT NULL,
    -- The name as of the newest run.
    workflow TEXT NOT NULL,
    first_start_ms INTEGER NOT NULL,
    last_start_ms INTEGER NOT NULL,
    -- The newest time seen of its instances.
    seen_ms INTEGER NOT NULL,
    PRIMARY KEY (ledger, playbook, workflow_id, version)
  ) STRICT, WITHOUT ROWID;
  -- The data class of a playbook's newest run.
  CREATE TABLE playbook_dataclass (
    ledger INTEGER NOT NULL,
    playbook TEXT NOT NULL,
    dataclass TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    PRIMARY KEY (ledger, playbook)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- In few bytes, for there are many: what is ANY is a short form of a text (short-texts.ts). Rows lie in the order in which they were
  -- written, so that the indexes name them by short numbers and a poll writes few pages.
  CREATE TABLE new_instance (
    instance INTEGER PRIMARY KEY,
    ledger INTEGER NOT NULL,
    id ANY NOT NULL,
    label_set INTEGER NOT NULL,
    status ANY NOT NULL,
    start_time_ms INTEGER,
    end_time_ms INTEGER,
    retry_count INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    open INTEGER NOT NULL,
    -- 1 while SecMaster may have changed it unseen.
    recheck INTEGER NOT NULL,
    -- When a row last showed it, if it is open or was rechecked.
    seen_ms INTEGER NOT NULL,
    changed_in INTEGER NOT NULL,
    counted_started INTEGER NOT NULL,
    counted_retries INTEGER NOT NULL,
    -- JSON, as the next ones.
    counted_ends ANY NOT NULL,
    counted_timed ANY NOT NULL,
    -- The latest end that a row has shown, and the ends until then by status: a later one is a further attempt.
    last_end_ms INTEGER,
    last_end_retry_count INTEGER,
    last_end_ends ANY,
    -- What SecMaster tells of an open or FAILED instance beside what is counted.
    details TEXT
  ) STRICT;
  INSERT INTO new_instance
    SELECT NULL, ledger, ${shortenedInSql('id')}, label_set, ${shortenedInSql('status')}, start_time_ms, end_time_ms, retry_count, gone, open, recheck,
           iif(open = 1, seen_ms, 0), changed_in, counted_started, counted_retries, ${shortenedInSql('counted_ends')}, ${shortenedInSql('counted_timed')},
           last_end_ms, last_end_retry_count, ${shortenedInSql('last_end_ends')}, details
    FROM instance;
  DROP TABLE instance;
  ALTER TABLE new_instance RENAME TO instance;
  CREATE UNIQUE INDEX instance_id ON instance (ledger, id);
  CREATE INDEX instance_open ON instance (ledger, seen_ms) WHERE open = 1;
  CREATE INDEX instance_recheck ON instance (ledger) WHERE recheck = 1;
  -- By the later of its times: what began lately is not old, whatever its end_time says.
  CREATE INDEX instance_ended ON instance (ledger, max(coalesce(end_time_ms, 0), coalesce(start_time_ms, 0))) WHERE open = 0;
  -- The starts and ends of a series; a label set is of one ledger only.
  CREATE INDEX instance_of_set ON instance (label_set, status, end_time_ms, start_time_ms);

  CREATE TABLE new_failure (
    ledger INTEGER NOT NULL,
    id ANY NOT NULL,
    attempt INTEGER NOT NULL,
    failed_ms INTEGER NOT NULL,
    -- The failed nodes as JSON; null until the topology has been read.
    nodes TEXT,
    -- Failed nodes beyond those kept in nodes.
    more_nodes INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (ledger, id, attempt)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_failure SELECT ledger, ${shortenedInSql('id')}, attempt, failed_ms, nodes, more_nodes FROM failure;
  DROP TABLE failure;
  ALTER TABLE new_failure RENAME TO failure;
  CREATE INDEX failure_latest ON failure (ledger, failed_ms DESC);
  `,
];
