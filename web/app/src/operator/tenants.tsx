// SPDX-License-Identifier: MIT
// The tenants with what they used and may use; a new one; the numbers as a file.
import { useState } from 'preact/hooks';

import { createTenant, getTenants, getUsage, getUsageCsv } from '../api/admin';
import type { Tenant } from '../api/types';
import { go } from '../router';
import { explainShortly } from '../text/errors';
import { formatBytes, formatSpan } from '../text/format';
import { Dialog } from '../ui/dialog';
import { Failure } from '../ui/failure';
import { DownloadIcon, PlusIcon } from '../ui/icons';
import { toast } from '../ui/toasts';
import { useLoaded } from '../ui/use_loaded';
import { kNoUsage, monthOf, sumUsage, type Period, type UsageSum } from './quotas';
import { saveFile } from './save_file';
import { Loading } from './servers';

export function Tenants({ operator }: { operator: boolean }) {
  const [back, setBack] = useState(0);
  const [making, setMaking] = useState(false);
  const period = monthOf(new Date(), back);
  const loaded = useLoaded(
    async (signal) => {
      const [{ tenants }, { usage }] = await Promise.all([getTenants(signal), getUsage(null, period.from, period.to, signal)]);
      return { tenants, usage: sumUsage(usage) };
    },
    [back],
    30_000,
  );
  const save = () =>
    getUsageCsv(null, period.from, period.to).then(
      (file) => saveFile(file, `usage-${period.from}-${period.to}.csv`),
      (error: unknown) => toast(explainShortly(error), 'bad'),
    );
  if (loaded.value === null) return loaded.error != null ? <Failure error={loaded.error} onAgain={loaded.again} full /> : <Loading />;
  const { tenants, usage } = loaded.value;
  return (
    <>
      <div class="section-head section-first">
        <h1>Tenants</h1>
        <div class="section-tools">
          <div class="segmented" role="group" aria-label="Month of usage">
            {['This month', 'Last month'].map((name, i) => (
              <button key={name} type="button" aria-pressed={back === i} onClick={() => setBack(i)}>
                {name}
              </button>
            ))}
          </div>
          <button type="button" class="button" onClick={save}>
            <DownloadIcon size={18} /> CSV
          </button>
          {operator && (
            <button type="button" class="button primary" onClick={() => setMaking(true)}>
              <PlusIcon size={18} /> New tenant
            </button>
          )}
        </div>
      </div>
      {loaded.error != null && <Failure error={loaded.error} onAgain={loaded.again} />}
      <div class="card table-box" tabIndex={0} role="region" aria-label="Table of tenants">
        <table class="table">
          <thead>
            <tr>
              <th>Tenant</th>
              <th class="right">Time in meetings</th>
              <th class="right">Received</th>
              <th class="right">Sent</th>
              <th>Recorded</th>
              <th>Storage, on average</th>
              <th>State</th>
            </tr>
          </thead>
          <tbody>
            {tenants.map((tenant) => (
              <TenantRow key={tenant.tenant} tenant={tenant} usage={usage.get(tenant.tenant) ?? kNoUsage} period={period} />
            ))}
          </tbody>
        </table>
      </div>
      {making && <NewTenant onClose={() => setMaking(false)} />}
    </>
  );
}

function TenantRow({ tenant, usage, period }: { tenant: Tenant; usage: UsageSum; period: Period }) {
  const { recording_minutes: minutes, storage_bytes: storage } = tenant.quotas;
  const stored = usage.storedByteHours / period.hours;
  return (
    <tr>
      <td class="tenant-name">
        <a class="tenant-link" href={`/operator/tenants/${encodeURIComponent(tenant.tenant)}`}>
          {tenant.name || tenant.tenant}
        </a>
        <div class="quiet small">{tenant.tenant}</div>
      </td>
      <td class="right number nowrap">{formatSpan(usage.participantSeconds)}</td>
      <td class="right number nowrap">{formatBytes(usage.bytesIn)}</td>
      <td class="right number nowrap">{formatBytes(usage.bytesOut)}</td>
      <td>
        <Share used={usage.recordingSeconds} bound={minutes === undefined ? undefined : minutes * 60} text={formatSpan} name="Recorded" />
      </td>
      <td>
        <Share used={stored} bound={storage} text={formatBytes} name="Storage" />
      </td>
      <td>{tenant.suspended ? <span class="chip bad">Suspended</span> : <span class="chip good">Active</span>}</td>
    </tr>
  );
}

export function Share({ used, bound, text, name }: { used: number; bound: number | undefined; text: (value: number) => string; name: string }) {
  if (bound === undefined) return <span class="number nowrap">{text(used)}</span>;
  const percent = bound > 0 ? Math.min(100, (100 * used) / bound) : 100;
  const said = `${text(used)} of ${text(bound)}`;
  return (
    <div class="share">
      <span class="number small nowrap">{said}</span>
      <div class={percent >= 90 ? 'bar hot' : 'bar'} role="meter" aria-label={name} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(percent)} aria-valuetext={said}>
        <span style={{ width: `${percent}%` }} />
      </div>
    </div>
  );
}

function NewTenant({ onClose }: { onClose: () => void }) {
  const [id, setId] = useState('');
  const [name, setName] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const make = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await createTenant(id.trim(), name.trim() || id.trim());
      go(`/operator/tenants/${encodeURIComponent(id.trim())}`);
    } catch (error) {
      setProblem((error as { code?: string }).code === 'conflict' ? 'There is a tenant of that id already.' : explainShortly(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title="New tenant" onClose={onClose}>
      <form class="stack" onSubmit={make}>
        <label class="field">
          <span class="label">Id</span>
          <input class="input" value={id} maxLength={48} pattern="[A-Za-z0-9\-_.@]+" autocapitalize="off" spellcheck={false} required onInput={(event) => (setId(event.currentTarget.value), setProblem(''))} />
          <span class="hint">Letters, digits, - _ . @; it is in tokens and in the paths of recordings, and stays.</span>
        </label>
        <label class="field">
          <span class="label">Name</span>
          <input class="input" value={name} maxLength={64} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <div class="field">
          <span class="fault" role="alert">
            {problem}
          </span>
        </div>
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={busy || id.trim() === ''}>
            Make
          </button>
        </div>
      </form>
    </Dialog>
  );
}
