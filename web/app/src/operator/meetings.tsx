// SPDX-License-Identifier: MIT
// The meetings that run now, who is in them, and ending one.
import { useState } from 'preact/hooks';

import { endMeeting, getMeeting, getMeetings } from '../api/admin';
import type { AdminMeeting } from '../api/types';
import { explainShortly } from '../text/errors';
import { count, formatAgo, toDate } from '../text/format';
import { Avatar } from '../ui/avatar';
import { Confirm, Dialog } from '../ui/dialog';
import { Failure } from '../ui/failure';
import { CameraIcon, CameraOffIcon, LockIcon, MicIcon, MicOffIcon, ScreenIcon, ScreenOffIcon } from '../ui/icons';
import { Full, Notice, Skeleton } from '../ui/notice';
import { toast } from '../ui/toasts';
import { useLoaded } from '../ui/use_loaded';
import { Loading } from './servers';

export function Meetings() {
  const first = useLoaded((signal) => getMeetings(null, signal), [], 8000);
  const [more, setMore] = useState<{ meetings: AdminMeeting[]; next: string | null } | null>(null);
  const [opened, setOpened] = useState<AdminMeeting | null>(null);
  const [ending, setEnding] = useState<AdminMeeting | null>(null);
  if (first.value === null) return first.error != null ? <Failure error={first.error} onAgain={first.again} full /> : <Loading />;

  const key = ({ tenant, meeting }: AdminMeeting) => `${tenant}/${meeting}`;
  const known = new Set(first.value.meetings.map(key));
  const shown = [...first.value.meetings, ...(more?.meetings ?? []).filter((meeting) => !known.has(key(meeting)))];
  const next = more ? more.next : first.value.next;
  const readOn = () =>
    getMeetings(next).then(
      (page) => setMore({ meetings: [...(more?.meetings ?? []), ...page.meetings], next: page.next }),
      (error: unknown) => toast(explainShortly(error), 'bad'),
    );
  const end = async (meeting: AdminMeeting) => {
    setEnding(null);
    try {
      await endMeeting(meeting.tenant, meeting.meeting);
      toast(`${meeting.meeting} has ended`, 'good');
      first.again();
    } catch (error) {
      toast(explainShortly(error), 'bad');
    }
  };
  return (
    <>
      <h1 class="page-title">Meetings</h1>
      {first.error != null && <Failure error={first.error} onAgain={first.again} />}
      {shown.length === 0 ? (
        <Full icon={<CameraIcon size={30} />} title="Nobody meets at the moment">
          Meetings appear here as soon as somebody joins.
        </Full>
      ) : (
        <MeetingTable meetings={shown} onOpen={setOpened} onEnd={setEnding} />
      )}
      {next && (
        <div class="page-more">
          <button type="button" class="button" onClick={readOn}>
            Show more
          </button>
        </div>
      )}
      {opened && <PeopleDialog meeting={opened} onClose={() => setOpened(null)} />}
      {ending && <Confirm title={`End ${ending.meeting}?`} text="All people leave, and a running recording ends." action="End for all" onConfirm={() => end(ending)} onClose={() => setEnding(null)} />}
    </>
  );
}

interface MeetingTableProps {
  meetings: AdminMeeting[];
  onOpen: (meeting: AdminMeeting) => void;
  onEnd: (meeting: AdminMeeting) => void;
}

function MeetingTable({ meetings, onOpen, onEnd }: MeetingTableProps) {
  return (
    <div class="card table-box" tabIndex={0} role="region" aria-label="Table of meetings">
      <table class="table">
        <thead>
          <tr>
            <th>Meeting</th>
            <th>Tenant</th>
            <th>Server</th>
            <th>Began</th>
            <th class="right">Room for</th>
            <th class="right">Moves</th>
            <th class="table-actions">
              <span class="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {meetings.map((meeting) => (
            <tr key={`${meeting.tenant}/${meeting.meeting}`}>
              <td class="nowrap">
                <span class="with-icon">
                  {meeting.meeting}
                  {meeting.locked && (
                    <span role="img" aria-label="Locked" title="Locked">
                      <LockIcon size={15} />
                    </span>
                  )}
                </span>
              </td>
              <td>{meeting.tenant}</td>
              <td class="nowrap">{meeting.server}</td>
              <td class="nowrap quiet">{ago(meeting.created)}</td>
              <td class="right number">{meeting.limit > 0 ? meeting.limit : meeting.size}</td>
              <td class="right number">{meeting.moves}</td>
              <td class="table-actions">
                <button type="button" class="button tight" onClick={() => onOpen(meeting)} aria-label={`People in ${meeting.meeting}`}>
                  People
                </button>{' '}
                <button type="button" class="button tight plain risky" onClick={() => onEnd(meeting)} aria-label={`End ${meeting.meeting}`}>
                  End
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const ago = (created: number) => {
  const date = toDate(created);
  return date ? formatAgo(date) : '-';
};

const kIcons = { audio: [MicIcon, MicOffIcon], video: [CameraIcon, CameraOffIcon], screenshare: [ScreenIcon, ScreenOffIcon] };
const kWords = { audio: 'Microphone', video: 'Camera', screenshare: 'Screen' };

const kOrder = Object.keys(kIcons);
const inOrder = <T extends { kind: string }>(producers: readonly T[]) => [...producers].sort((a, b) => kOrder.indexOf(a.kind) - kOrder.indexOf(b.kind));

function PeopleDialog({ meeting, onClose }: { meeting: AdminMeeting; onClose: () => void }) {
  const details = useLoaded((signal) => getMeeting(meeting.tenant, meeting.meeting, signal), [meeting.tenant, meeting.meeting], 4000);
  const people = details.value?.participants ?? [];
  return (
    <Dialog title={meeting.meeting} onClose={onClose}>
      {details.error != null && <Failure error={details.error} onAgain={details.again} />}
      {details.value === null && details.error == null && <Skeleton />}
      {details.value && !details.value.reachable && <Notice tone="warn">Its server does not answer at the moment.</Notice>}
      {details.value?.reachable && <p class="quiet">{count(people.length, 'person', 'people')} on {meeting.server}</p>}
      <ul class="dialog-people">
        {people.map((person) => (
          <li key={person.participantId}>
            <Avatar id={person.participantId} name={person.name || person.participantId} size="s" />
            <span class="clip">{person.name || person.participantId}</span>
            {inOrder(person.producers ?? []).map(({ producerId, kind, paused }) => {
              const Icon = (kIcons[kind] ?? kIcons.video)[paused ? 1 : 0]!;
              return (
                <span key={producerId} class={paused ? 'person-off' : ''} role="img" aria-label={`${kWords[kind] ?? kind}${paused ? ', paused' : ''}`}>
                  <Icon size={18} />
                </span>
              );
            })}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
