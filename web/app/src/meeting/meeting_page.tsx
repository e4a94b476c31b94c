// SPDX-License-Identifier: MIT
// The way through a meeting: lobby, call, afterwards. It owns the devices and the call, and lets both go when the page is left.
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';

import { newMeetingToken } from '../home/start_meeting';
import { Lobby } from '../lobby/lobby';
import { LocalMedia } from '../media/local_media';
import { explain, refusalOf, type Refusal } from '../text/errors';
import { readClaims, tokenForMeeting } from '../tokens';
import { LinkIcon } from '../ui/icons';
import { Full, Skeleton } from '../ui/notice';
import { Page } from '../ui/page';
import type { Call } from './call_model';
import { CallView } from './call_view';
import { Farewell } from './farewell';
import { openCall } from './sdk_call';

export function MeetingPage({ meeting }: { meeting: string }) {
  const media = useMemo(() => new LocalMedia(), []);
  const token = useSignal(tokenForMeeting(meeting));
  const searching = useSignal(token.value === null);
  const call = useSignal<Call | null>(null);
  const refusal = useSignal<Refusal | null>(null);
  const joining = useSignal(false);

  useEffect(() => {
    if (token.value) return;
    // Who may open meetings needs no invitation.
    void newMeetingToken(meeting)
      .then((made) => (token.value = made))
      .catch(() => {})
      .finally(() => (searching.value = false));
  }, []);
  useEffect(() => () => {
    media.stop();
    void call.value?.leave().catch(() => {});
  }, []);

  const claims = token.value ? readClaims(token.value) : null;

  const join = async (name: string) => {
    if (!token.value || joining.value) return;
    joining.value = true;
    refusal.value = null;
    try {
      const onWaiting = (why: Refusal) => (refusal.value = refusalOf(why));
      call.value = await openCall({ token: token.value, meeting, name, hasMeeting: claims?.meeting !== undefined, onWaiting });
      refusal.value = null;
    } catch (error) {
      refusal.value = refusalOf(error);
    } finally {
      joining.value = false;
    }
  };

  const again = () => {
    call.value = null;
    refusal.value = null;
    void media.start({ camera: claims?.publish.includes('video') ?? true, microphone: claims?.publish.includes('audio') ?? true });
  };

  const end = call.value?.end.value ?? null;
  useEffect(() => {
    if (end) media.stop();
  }, [end]);

  if (end) return <Farewell end={end} meeting={meeting} record={claims?.record ?? false} onAgain={again} />;
  if (call.value) return <CallView call={call.value} media={media} meeting={meeting} />;
  if (searching.value) {
    return (
      <Page title={meeting} narrow bare>
        <Skeleton />
      </Page>
    );
  }
  if (!token.value) {
    return (
      <Page title="No link" narrow bare>
        <Full icon={<LinkIcon size={30} />} title="You need an invitation link" actions={<a class="button" href="/">Go to the home page</a>}>
          This address names the meeting “{meeting}”, but does not let you in. Open the whole link you were sent: it is personal, and ends in a long code.
        </Full>
      </Page>
    );
  }
  const expired = claims?.expires !== undefined && claims.expires < Date.now();
  const refused = refusal.value ?? (expired ? { reason: 'token_expired' } : null);
  return <Lobby meeting={meeting} claims={claims} media={media} joining={joining.value} refused={refused ? explain(refused) : null} onJoin={join} />;
}
