import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** In the full form these take minutes each. Begun last, they would leave all cores but one idle. */
const longest = [/worlds\.test/, /behaviours\.test/, /test\/chaos\//, /test\/fuzz\//, /test\/poll\//];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((pattern) => pattern.test(moduleId));
      return place === -1 ? longest.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
