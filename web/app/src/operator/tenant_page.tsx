// SPDX-License-Identifier: MIT
// One tenant: what it used this month, what it may use, its keys, and suspending it.
import { useState } from 'preact/hooks';

import { getTenant, getUsage, putTenant } from '../api/admin';
import type { Tenant } from '../api/types';
import { explainShortly } from '../text/errors';
import { formatBytes, formatSpan } from '../text/format';
import { Confirm } from '../ui/dialog';
import { Failure } from '../ui/failure';
import { LeftIcon } from '../ui/icons';
import { toast } from '../ui/toasts';
import { useLoaded } from '../ui/use_loaded';
import { Keys } from './keys';
import { QuotaForm } from './quota_form';
import { kNoUsage, kQuotaFields, monthOf, quotaText, sumUsage, type Period, type UsageSum } from './quotas';
import { Loading } from './servers';
import { Share } from './tenants';

export function TenantPage({ id, operator }: { id: string; operator: boolean }) {
  const period = monthOf(new Date(), 0);
  const loaded = useLoaded(
    async (signal) => {
      const [tenant, { usage }] = await Promise.all([getTenant(id, signal), getUsage(id, period.from, period.to, signal)]);
      return { tenant, usage: sumUsage(usage).get(id) ?? kNoUsage };
    },
    [id],
  );
  return (
    <>
      <a class="back" href="/operator/tenants">
        <LeftIcon size={17} /> Tenants
      </a>
      {loaded.error != null && <Failure error={loaded.error} onAgain={loaded.again} full={loaded.value === null} />}
      {loaded.value === null && loaded.error == null && <Loading />}
      {loaded.value && (
        <>
          <Head tenant={loaded.value.tenant} operator={operator} onChanged={loaded.again} />
          <div class="tenant-grid">
            <Usage tenant={loaded.value.tenant} usage={loaded.value.usage} period={period} />
            {operator ? <QuotaForm tenant={loaded.value.tenant} onChanged={loaded.again} /> : <QuotaList tenant={loaded.value.tenant} />}
            <Keys tenant={id} />
          </div>
        </>
      )}
    </>
  );
}

function Head({ tenant, operator, onChanged }: { tenant: Tenant; operator: boolean; onChanged: () => void }) {
  const [asking, setAsking] = useState(false);
  const suspend = async (suspended: boolean) => {
    setAsking(false);
    try {
      await putTenant(tenant.tenant, { suspended });
      toast(suspended ? 'The tenant is suspended' : 'The tenant is served again', 'good');
      onChanged();
    } catch (error) {
      toast(explainShortly(error), 'bad');
    }
  };
  return (
    <header class="page-top">
      <div>
        <h1>{tenant.name || tenant.tenant}</h1>
        <div class="page-facts quiet small">
          <span>{tenant.tenant}</span>
          {tenant.suspended && <span class="chip bad">Suspended</span>}
        </div>
      </div>
      {operator &&
        (tenant.suspended ? (
          <button type="button" class="button" onClick={() => suspend(false)}>
            Serve again
          </button>
        ) : (
          <button type="button" class="button plain risky" onClick={() => setAsking(true)}>
            Suspend
          </button>
        ))}
      {asking && <Confirm title={`Suspend ${tenant.name || tenant.tenant}?`} text="Its tokens are refused from now on; nothing is deleted." action="Suspend" onConfirm={() => suspend(true)} onClose={() => setAsking(false)} />}
    </header>
  );
}

function Usage({ tenant, usage, period }: { tenant: Tenant; usage: UsageSum; period: Period }) {
  const { recording_minutes: minutes, storage_bytes: storage } = tenant.quotas;
  const rows: [string, preact.ComponentChildren][] = [
    ['Time in meetings', formatSpan(usage.participantSeconds)],
    ['Received', formatBytes(usage.bytesIn)],
    ['Sent', formatBytes(usage.bytesOut)],
    ['Recorded', <Share used={usage.recordingSeconds} bound={minutes === undefined ? undefined : minutes * 60} text={formatSpan} name="Recorded" />],
    ['Storage, on average', <Share used={usage.storedByteHours / period.hours} bound={storage} text={formatBytes} name="Storage" />],
  ];
  return (
    <section class="card" aria-labelledby="usage">
      <div class="card-head">
        <h2 id="usage">This month</h2>
      </div>
      <dl class="card-body pairs">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt class="quiet">{name}</dt>
            <dd class="number">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function QuotaList({ tenant }: { tenant: Tenant }) {
  return (
    <section class="card" aria-labelledby="quotas">
      <div class="card-head">
        <h2 id="quotas">Quotas</h2>
      </div>
      <dl class="card-body pairs">
        {kQuotaFields.map(({ name, label }) => (
          <div key={name}>
            <dt class="quiet">{label}</dt>
            <dd class="number">{tenant.quotas[name] === undefined ? 'No bound' : quotaText(name, tenant.quotas[name])}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
