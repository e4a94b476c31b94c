// SPDX-License-Identifier: MIT
// A way into a meeting without anybody who invites: for administrators, and for tokens of any meeting.
import { issueToken } from '../api/admin';
import { generalToken, keepToken, readClaims, tokensChanged } from '../tokens';

// The token that opens meetings, if there is one: an administrator's makes further ones, one that names no meeting is good for any.
function opener(): { token: string; makes: boolean } | null {
  void tokensChanged.value;
  const token = generalToken();
  const claims = token ? readClaims(token) : null;
  if (!token || !claims || claims.meeting !== undefined || claims.tenant === '_operator') return null;
  return { token, makes: claims.admin };
}

export const canStartMeeting = (): boolean => opener() !== null;

export async function newMeetingToken(meeting: string): Promise<string | null> {
  const found = opener();
  if (!found) return null;
  const token = found.makes ? (await issueToken(participantToken(meeting), found.token)).token : found.token;
  keepToken(token, meeting);
  return token;
}

const participantToken = (meeting: string) => ({
  meeting,
  expiresInSeconds: 12 * 3600,
  grants: { publish: ['audio', 'video', 'screenshare'], subscribe: true, data: true, record: true, moderate: true },
});

const kFirst = ['amber', 'brisk', 'calm', 'clear', 'early', 'green', 'kind', 'quiet', 'silver', 'warm'];
const kSecond = ['banyan', 'harbor', 'heron', 'lotus', 'mango', 'meadow', 'monsoon', 'peacock', 'river', 'valley'];

export function inventMeeting(random: () => number = Math.random): string {
  const pick = (words: string[]) => words[Math.floor(random() * words.length)]!;
  return `${pick(kFirst)}-${pick(kSecond)}-${Math.floor(100 + random() * 900)}`;
}
