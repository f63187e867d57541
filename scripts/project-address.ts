/** What follows from the one setting that says where this project lives: `repository` in package.json. */
export interface ProjectAddress {
  readonly page: string;
  readonly homepage: string;
  readonly bugs: string;
  /** The image's name in the registry that belongs to the repository. */
  readonly image: string;
  /** The page of a file of this version. */
  readonly pageOf: (path: string) => string;
}

/**
 * @param repository such as https://github.com/OWNER/NAME
 * @throws where the layout of the host's pages isn't known here
 */
export function projectAddress(repository: string, version: string): ProjectAddress {
  const [, owner, name] = /^https:\/\/github\.com\/([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(repository) ?? [];
  if (owner === undefined || name === undefined) {
    throw new Error(
      `repository in package.json is ${repository}: expected https://github.com/OWNER/NAME. ` +
        'For another host, say in scripts/project-address.ts how its pages are laid out.',
    );
  }
  const page = `https://github.com/${owner}/${name}`;
  return {
    page,
    homepage: `${page}#readme`,
    bugs: `${page}/issues`,
    image: `ghcr.io/${owner}/${name}`.toLowerCase(),
    pageOf: (path) => `${page}/blob/v${version}/${path}`,
  };
}
