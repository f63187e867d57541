import { readTextFile } from '../text-file.ts';
import { credentialProblem } from './credential-file.ts';
import { parseSections } from './profile-sections.ts';

/** The credentials file that Huawei Cloud's SDKs share: INI, with a section for each profile (docs/secmaster-api.md#credential-sources). */

export interface ProfileAddress {
  readonly file: string;
  readonly section: string;
}

export interface Profile {
  readonly ak: string;
  readonly sk: string;
  readonly securityToken: string | null;
}

/** What the SDKs read by default: their section for regional services. */
export const defaultProfile: ProfileAddress = { file: '~/.huaweicloud/credentials', section: 'basic' };

export async function readProfile({
  file,
  section,
}: ProfileAddress): Promise<{ readonly profile: Profile } | { readonly problem: string }> {
  const content = await readTextFile(file);
  if ('problem' in content) return { problem: content.problem };
  const values = parseSections(content.text).get(section);
  // The section's name is not shown: it may be a secret in the wrong place.
  if (values === undefined)
    return { problem: `has no section ${section === defaultProfile.section ? `[${section}]` : 'with this name'}` };
  const text = (key: string) => values.get(key) || null;
  const [ak, sk, securityToken] = [text('ak'), text('sk'), text('security_token')];
  if (ak === null || sk === null) {
    const isFederated = text('idp_id') !== null || text('id_token_file') !== null;
    const advice = isFederated ? '; put its idp_id and id_token_file into credentials of the kind oidc' : '';
    return { problem: `has no ${ak === null ? 'ak' : 'sk'} in this section${advice}` };
  }
  for (const [key, value] of Object.entries({ ak, sk, security_token: securityToken })) {
    const problem = value === null ? null : credentialProblem(value, 'key');
    if (problem !== null) return { problem: `${key} in this section ${problem}` };
  }
  return { profile: { ak, sk, securityToken } };
}
