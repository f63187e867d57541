/** What is told where a part of the program that is read when it is needed could not be read. */
export const unreadFile =
  'a file of the exporter could not be read: too many files are open, or another version was installed and needs a restart';
