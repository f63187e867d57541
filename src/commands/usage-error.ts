/** What is wrong with a command line, in one line without the values of flags that may be secret. */
export class UsageError extends Error {
  override name = 'UsageError';
}
