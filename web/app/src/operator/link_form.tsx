// SPDX-License-Identifier: MIT
// A join link for one person: which meeting, who, what they may do, for how long.
import { useState } from 'preact/hooks';

import { getTenants, issueToken } from '../api/admin';
import type { IssuedToken } from '../api/types';
import { inventMeeting } from '../home/start_meeting';
import { isMeetingId } from '../home/meeting_link';
import { explainShortly } from '../text/errors';
import { CopyButton } from '../ui/copy_button';
import { useLoaded } from '../ui/use_loaded';

const kRoles = {
  moderator: { name: 'Moderator', hint: 'Speaks, records, mutes, removes and locks.', publish: ['audio', 'video', 'screenshare'], data: true, record: true, moderate: true },
  participant: { name: 'Participant', hint: 'Speaks, shares the screen and writes.', publish: ['audio', 'video', 'screenshare'], data: true, record: false, moderate: false },
  listener: { name: 'Listener', hint: 'Sees and hears, sends nothing.', publish: [] as string[], data: false, record: false, moderate: false },
};

const kLives = [
  { seconds: 3600, name: 'One hour' },
  { seconds: 12 * 3600, name: 'Half a day' },
  { seconds: 7 * 86_400, name: 'A week' },
  { seconds: 90 * 86_400, name: 'Three months' },
];

export function LinkForm({ operator }: { operator: boolean }) {
  const tenants = useLoaded((signal) => getTenants(signal), []);
  const [tenant, setTenant] = useState('');
  const [meeting, setMeeting] = useState(() => inventMeeting());
  const [name, setName] = useState('');
  const [role, setRole] = useState<keyof typeof kRoles>('participant');
  const [life, setLife] = useState(kLives[1]!.seconds);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<IssuedToken | null>(null);
  const list = tenants.value?.tenants ?? [];
  const chosen = tenant || (list.some((each) => each.tenant === 'default') ? 'default' : (list[0]?.tenant ?? ''));

  const make = async (event: Event) => {
    event.preventDefault();
    if (!isMeetingId(meeting.trim())) {
      setProblem('A meeting’s name has 1 to 48 letters, digits, - _ . @');
      return;
    }
    setBusy(true);
    setProblem('');
    try {
      const { publish, data, record, moderate } = kRoles[role];
      const said = name.trim();
      setMade(
        await issueToken({
          ...(operator && chosen ? { tenant: chosen } : {}),
          meeting: meeting.trim(),
          ...(said ? { name: said } : {}),
          expiresInSeconds: life,
          grants: { publish, subscribe: true, data, record, moderate },
        }),
      );
    } catch (error) {
      setProblem(explainShortly(error));
    } finally {
      setBusy(false);
    }
  };
  // Whatever is changed makes another link; the one that is shown would be the wrong one.
  const change = <T,>(set: (value: T) => void) => (value: T) => {
    set(value);
    setMade(null);
  };
  return (
    <div class="link-page">
      <h1 class="page-title">Join links</h1>
      <form class="card card-body stack" onSubmit={make} noValidate>
        {operator && list.length > 1 && (
          <label class="field">
            <span class="label">Tenant</span>
            <select class="select" value={chosen} onChange={(event) => change(setTenant)(event.currentTarget.value)}>
              {list.map((each) => (
                <option key={each.tenant} value={each.tenant}>
                  {each.name || each.tenant}
                </option>
              ))}
            </select>
          </label>
        )}
        <label class="field">
          <span class="label">Meeting</span>
          <input class="input" value={meeting} maxLength={48} autocapitalize="off" spellcheck={false} onInput={(event) => change(setMeeting)(event.currentTarget.value)} />
        </label>
        <label class="field">
          <span class="label">Name of the person</span>
          <input class="input" value={name} maxLength={64} placeholder="They choose one themselves" onInput={(event) => change(setName)(event.currentTarget.value)} />
        </label>
        <fieldset class="roles">
          <legend class="label">Role</legend>
          {Object.entries(kRoles).map(([key, { name: title, hint }]) => (
            <label key={key} class="role">
              <input type="radio" name="role" checked={role === key} onChange={() => change(setRole)(key as keyof typeof kRoles)} />
              <span>
                <strong>{title}</strong>
                <span class="quiet small">{hint}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <label class="field">
          <span class="label">Good for</span>
          <select class="select" value={String(life)} onChange={(event) => change(setLife)(Number(event.currentTarget.value))}>
            {kLives.map(({ seconds, name: text }) => (
              <option key={seconds} value={String(seconds)}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <div class="form-foot">
          <span class="fault small" role="alert">
            {problem}
          </span>
          <button type="submit" class="button primary" disabled={busy}>
            Make the link
          </button>
        </div>
        {made && (
          <div class="made" role="status">
            <label class="field">
              <span class="label">The link</span>
              <input class="input" readOnly value={made.link} onFocus={(event) => event.currentTarget.select()} />
              <span class="hint">Whoever has it is let in. Send it to one person.</span>
            </label>
            <div class="section-tools">
              <CopyButton text={made.link} label="Copy the link" />
              <a class="button" href={made.link} target="_blank" rel="noreferrer noopener">
                Open
              </a>
            </div>
          </div>
        )}
      </form>
    </div>
  );
}
