import { type Finding, formatPath, type Problem } from './problems.ts';
import { readTextFile, type TextFile } from './text-file.ts';
import { parseYaml } from './yaml-document.ts';

/** A configuration file in YAML, with the lines of its problems. */
export interface YamlFile {
  readonly value: unknown;
  /** YAML faults after which the rest is still reliable. */
  readonly faults: readonly Problem[];
  problemAt(finding: Finding): Problem;
}

/** @param whenEmpty the message for an empty file */
export async function readYamlFile(
  path: string,
  whenEmpty: string,
  read: (path: string) => Promise<TextFile> = readTextFile,
): Promise<YamlFile | { readonly problems: readonly Problem[] }> {
  const about = (line: number | null, message: string): Problem => ({ file: path, line, path: '', message });
  const file = await read(path);
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
