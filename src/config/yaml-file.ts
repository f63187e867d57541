import { type Finding, formatPath, type Problem } from './problems.ts';
import { readTextFile } from './text-file.ts';
import { parseYaml } from './yaml-document.ts';

/** A configuration file in YAML, and where in it what is wrong stands. */
export interface YamlFile {
  readonly value: unknown;
  /** Faults of the YAML that leave the rest of it reliable. */
  readonly faults: readonly Problem[];
  problemAt(finding: Finding): Problem;
}

export const maxFileBytes = 1_048_576;

/** @param whenEmpty what is said of a file that holds nothing */
export function readYamlFile(path: string, whenEmpty: string): YamlFile | { readonly problems: readonly Problem[] } {
  const about = (line: number | null, message: string): Problem => ({ file: path, line, path: '', message });
  const file = readTextFile(path, maxFileBytes);
  if ('problem' in file) return { problems: [about(null, file.problem)] };
  const yaml = parseYaml(file.text);
  const faults = yaml.faults.map(({ line, message }) => about(line, message));
  if (yaml.faults.some((fault) => !fault.isLocal)) return { problems: faults };
  if (yaml.value === null) return { problems: [about(null, whenEmpty)] };
  return {
    value: yaml.value,
    faults,
    problemAt: (finding) => ({
      file: path,
      line: yaml.lineOf(finding.at ?? finding.path),
      path: formatPath(finding.path),
      message: finding.message,
    }),
  };
}
