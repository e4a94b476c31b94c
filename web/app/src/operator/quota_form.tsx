// SPDX-License-Identifier: MIT
// A tenant's quotas, to be changed by the operator. An empty field is no bound.
import { useState } from 'preact/hooks';

import { putQuotas } from '../api/admin';
import type { Tenant } from '../api/types';
import { explainShortly } from '../text/errors';
import { toast } from '../ui/toasts';
import { enteredQuotas, kQuotaFields, parseQuotas } from './quotas';

export function QuotaForm({ tenant, onChanged }: { tenant: Tenant; onChanged: () => void }) {
  const [entered, setEntered] = useState(enteredQuotas(tenant.quotas));
  const [problem, setProblem] = useState<{ problem: string; field: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async (event: Event) => {
    event.preventDefault();
    const parsed = parseQuotas(entered);
    if ('problem' in parsed) {
      setProblem(parsed);
      return;
    }
    setBusy(true);
    try {
      await putQuotas(tenant.tenant, parsed.quotas);
      toast('The quotas are saved', 'good');
      onChanged();
    } catch (error) {
      toast(explainShortly(error), 'bad');
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="card" aria-labelledby="quotas">
      <div class="card-head">
        <h2 id="quotas">Quotas</h2>
      </div>
      <form class="card-body" onSubmit={save} noValidate>
        <div class="quota-fields">
          {kQuotaFields.map(({ name, label, unit }) => (
            <label key={name} class="field tight-field">
              <span class="label">{unit ? `${label} (${unit})` : label}</span>
              <input
                class="input number"
                inputMode="decimal"
                placeholder="No bound"
                value={entered[name]}
                aria-invalid={problem?.field === name}
                onInput={(event) => {
                  setEntered({ ...entered, [name]: event.currentTarget.value });
                  setProblem(null);
                }}
              />
            </label>
          ))}
        </div>
        <div class="form-foot">
          <span class="fault small" role="alert">
            {problem?.problem}
          </span>
          <button type="submit" class="button primary" disabled={busy}>
            Save quotas
          </button>
        </div>
      </form>
    </section>
  );
}
