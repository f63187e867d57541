/** Families that say something of one replica, not of what all of them share. */
const ofOneReplica =
  /^(process_|nodejs_|secmaster_exporter_(api_request|lease|build_info|web_info|config_last_reload_))/;

/** What every replica must show byte for byte alike: an exposition without what it says of its own process. */
export function sharedFamilies(exposition: string): string {
  const nameOf = (line: string) => /^(?:# (?:HELP|TYPE|UNIT) )?([a-zA-Z_:][\w:]*)/.exec(line)?.[1] ?? '';
  return exposition
    .split('\n')
    .filter((line) => line !== '' && !ofOneReplica.test(nameOf(line)))
    .join('\n');
}

/** The lines in which two of them differ, the first few of each. */
export function differingLines(one: string, other: string): string[] {
  const [lines, others] = [one, other].map((text) => new Set(text.split('\n')));
  const only = (sign: string, these = new Set<string>(), those = new Set<string>()) =>
    [...these.difference(those)].slice(0, 10).map((line) => `${sign} ${line}`);
  return [...only('-', lines, others), ...only('+', others, lines)];
}

/** The part of an exposition that is about one workspace. */
export function ofWorkspace(exposition: string, workspace: string): string {
  return exposition
    .split('\n')
    .filter((line) => line.includes(`{workspace="${workspace}"`))
    .join('\n');
}
