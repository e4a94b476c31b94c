// SPDX-License-Identifier: MIT
// On a developer's machine: a way into a meeting without anybody who invites. The server hands out `demoToken` in development only.
import { issueToken } from '../api/admin';
import { askConfig, config } from '../api/config';
import { keepToken, readClaims } from '../tokens';

// A token for one person in one meeting, made with the demo token where that is an administrator's; otherwise the demo token itself.
export async function developmentToken(meeting: string): Promise<string | null> {
  await askConfig();
  const demo = config.value?.demoToken;
  if (!config.value?.development || !demo) return null;
  const claims = readClaims(demo);
  if (claims?.meeting && claims.meeting !== meeting) return null;
  let token = demo;
  if (claims?.admin) {
    keepToken(demo);
    const grants = { publish: ['audio', 'video', 'screenshare'], subscribe: true, data: true, record: true, moderate: true };
    token = (await issueToken({ meeting, expiresInSeconds: 12 * 3600, grants }, demo)).token;
  }
  keepToken(token, meeting);
  return token;
}

const kFirst = ['amber', 'brisk', 'calm', 'clear', 'early', 'green', 'kind', 'quiet', 'silver', 'warm'];
const kSecond = ['banyan', 'harbor', 'heron', 'lotus', 'mango', 'meadow', 'monsoon', 'peacock', 'river', 'valley'];

export function inventMeeting(random: () => number = Math.random): string {
  const pick = (words: string[]) => words[Math.floor(random() * words.length)]!;
  return `${pick(kFirst)}-${pick(kSecond)}-${Math.floor(100 + random() * 900)}`;
}
