// SPDX-License-Identifier: MIT
// The keys that sign a tenant's tokens. A new key's secret is shown once and never again: the server keeps no copy to show.
import { useState } from 'preact/hooks';

import { createKey, deleteKey, getKeys, retireKey } from '../api/admin';
import type { TenantKey } from '../api/types';
import { explainShortly } from '../text/errors';
import { formatDay, toDate } from '../text/format';
import { Confirm, Dialog } from '../ui/dialog';
import { CopyButton } from '../ui/copy_button';
import { Failure } from '../ui/failure';
import { PlusIcon } from '../ui/icons';
import { Notice, Skeleton } from '../ui/notice';
import { toast } from '../ui/toasts';
import { useLoaded } from '../ui/use_loaded';

export function Keys({ tenant }: { tenant: string }) {
  const keys = useLoaded((signal) => getKeys(tenant, signal), [tenant]);
  const [made, setMade] = useState<TenantKey | null>(null);
  const [asked, setAsked] = useState<{ key: TenantKey; what: 'retire' | 'delete' } | null>(null);
  const [algorithm, setAlgorithm] = useState('HS256');
  const attempt = async (work: Promise<unknown>, done: string) => {
    setAsked(null);
    try {
      await work;
      toast(done, 'good');
      keys.again();
    } catch (error) {
      toast(explainShortly(error), 'bad');
    }
  };
  const make = async () => {
    try {
      setMade(await createKey(tenant, algorithm));
      keys.again();
    } catch (error) {
      toast(explainShortly(error), 'bad');
    }
  };
  return (
    <section class="card tenant-wide" aria-labelledby="keys">
      <div class="card-head">
        <h2 id="keys">Keys</h2>
        <div class="section-tools">
          <label class="field tight-field">
            <span class="unseen">Algorithm of a new key</span>
            <select class="select" value={algorithm} onChange={(event) => setAlgorithm(event.currentTarget.value)}>
              {['HS256', 'RS256', 'EdDSA'].map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <button type="button" class="button" onClick={make}>
            <PlusIcon size={18} /> New key
          </button>
        </div>
      </div>
      {keys.error != null && <Failure error={keys.error} onAgain={keys.again} />}
      {keys.value === null && keys.error == null && <Skeleton lines={2} />}
      {keys.value?.keys.length === 0 && <p class="card-body quiet">There is no key yet: nobody can join this tenant's meetings.</p>}
      {keys.value && keys.value.keys.length > 0 && <KeyTable keys={keys.value.keys} onAsk={(key, what) => setAsked({ key, what })} />}
      {made && <Secret made={made} onClose={() => setMade(null)} />}
      {asked?.what === 'retire' && (
        <Confirm title="Retire this key?" text="Tokens that it signed are refused from now on." action="Retire" onConfirm={() => attempt(retireKey(tenant, asked.key.keyId), 'The key is retired')} onClose={() => setAsked(null)} />
      )}
      {asked?.what === 'delete' && (
        <Confirm title="Delete this key?" text="Tokens that it signed are refused from now on. This cannot be undone." action="Delete" onConfirm={() => attempt(deleteKey(tenant, asked.key.keyId), 'The key is deleted')} onClose={() => setAsked(null)} />
      )}
    </section>
  );
}

function KeyTable({ keys, onAsk }: { keys: TenantKey[]; onAsk: (key: TenantKey, what: 'retire' | 'delete') => void }) {
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label="Table of keys">
      <table class="table">
        <thead>
          <tr>
            <th>Key</th>
            <th>Algorithm</th>
            <th>State</th>
            <th class="table-actions">
              <span class="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.keyId}>
              <td>
                <code>{key.keyId}</code>
              </td>
              <td>{key.algorithm}</td>
              <td>{stateOf(key)}</td>
              <td class="table-actions">
                {key.retires === null && (
                  <button type="button" class="button tight" aria-label={`Retire ${key.keyId}`} onClick={() => onAsk(key, 'retire')}>
                    Retire
                  </button>
                )}{' '}
                <button type="button" class="button tight plain risky" aria-label={`Delete ${key.keyId}`} onClick={() => onAsk(key, 'delete')}>
                  Delete
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function stateOf(key: TenantKey) {
  const at = toDate(key.retires);
  if (!at) return <span class="chip good">Signs</span>;
  return <span class="chip">{at.getTime() <= Date.now() ? 'Retired' : `Retires ${formatDay(at)}`}</span>;
}

function Secret({ made, onClose }: { made: TenantKey; onClose: () => void }) {
  return (
    <Dialog title="The new key" onClose={onClose} wide>
      <Notice tone="warn">Keep this where you keep secrets: it is shown only now.</Notice>
      <dl class="pairs">
        <div>
          <dt class="quiet">Key id</dt>
          <dd>
            <code>{made.keyId}</code>
          </dd>
        </div>
      </dl>
      <textarea class="input secret" readOnly rows={made.algorithm === 'HS256' ? 3 : 8} aria-label="Secret" value={made.secret ?? ''} />
      <div class="dialog-actions">
        <CopyButton text={made.secret ?? ''} label="Copy the secret" />
        <button type="button" class="button primary" onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
}
