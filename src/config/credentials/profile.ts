import { text } from '../fields.ts';
import { key, section } from '../mapping.ts';
import { readTextFile } from '../text-file.ts';
import type { Kind } from './kind.ts';
import { defaultProfile, type ProfileAddress, readProfile } from './profile-file.ts';

const variable = 'HUAWEICLOUD_SDK_CREDENTIALS_FILE';

const declared = section({
  file: key('file', text, { default: defaultProfile.file, meaning: 'credentials file of the SDKs', variable }),
  section: key('section', text, { default: defaultProfile.section, meaning: 'section of that file' }),
});

/** An access key in the file that Huawei Cloud's SDKs share. */
export const profile = {
  ...declared,
  schema: declared.schema.superRefine(async (address, context) => {
    const read = await readProfile(address as ProfileAddress);
    if ('problem' in read) context.addIssue({ code: 'custom', path: ['file'], message: read.problem });
  }),
  fallback: {
    from: 'profile',
    find: async ({ [variable]: named }) => {
      const file = named || defaultProfile.file;
      const content = await readTextFile(file);
      if (!named && 'problem' in content && !content.isThere) return null;
      return { given: { file }, source: named ? variable : file };
    },
  },
} satisfies Kind<unknown>;
