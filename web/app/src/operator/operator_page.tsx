// SPDX-License-Identifier: MIT
// The operator's pages behind one set of tabs. A tenant's administrator sees their own tenant; servers are the operator's.
import './operator.css';
import { match } from '../router';
import { generalAccess, generalToken, tokensChanged } from '../tokens';
import { LinkIcon, PeopleIcon, ServerIcon, CameraIcon } from '../ui/icons';
import { Page } from '../ui/page';
import { SignIn } from '../ui/sign_in';
import { LinkForm } from './link_form';
import { Meetings } from './meetings';
import { Servers } from './servers';
import { TenantPage } from './tenant_page';
import { Tenants } from './tenants';

const kTabs = [
  { path: '/operator', name: 'Servers', icon: ServerIcon, operator: true },
  { path: '/operator/meetings', name: 'Meetings', icon: CameraIcon, operator: false },
  { path: '/operator/tenants', name: 'Tenants', icon: PeopleIcon, operator: false },
  { path: '/operator/links', name: 'Join links', icon: LinkIcon, operator: false },
];

export function OperatorPage({ at }: { at: string }) {
  void tokensChanged.value;
  const access = generalAccess();
  const tabs = kTabs.filter((tab) => access?.operator || !tab.operator);
  // The first tab is the operator's; a tenant's administrator begins with the meetings.
  const shown = at === '/operator' && !access?.operator ? '/operator/meetings' : at;
  const current = tabs.filter((tab) => shown === tab.path || shown.startsWith(`${tab.path}/`)).at(-1)?.path;
  return (
    <Page title="Operator">
      <SignIn what="the administration" allowed={(granted) => granted.admin}>
        <nav class="segmented operator-tabs" aria-label="Administration">
          {tabs.map(({ path, name, icon: Icon }) => (
            <a key={path} href={path} aria-current={path === current ? 'page' : undefined}>
              <Icon size={17} /> {name}
            </a>
          ))}
        </nav>
        <Content key={generalToken()} at={shown} operator={access?.operator ?? false} />
      </SignIn>
    </Page>
  );
}

function Content({ at, operator }: { at: string; operator: boolean }) {
  const tenant = match('/operator/tenants/*', at);
  if (tenant) return <TenantPage key={tenant[0]} id={tenant[0]!} operator={operator} />;
  if (at === '/operator/meetings') return <Meetings />;
  if (at === '/operator/tenants') return <Tenants operator={operator} />;
  if (at === '/operator/links') return <LinkForm operator={operator} />;
  return operator ? <Servers /> : <Meetings />;
}
