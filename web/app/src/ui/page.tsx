// SPDX-License-Identifier: MIT
// The frame of the pages that are no meeting: mark, navigation, theme, content. It sets the document's title.
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

import './page.css';
import { path } from '../router';
import { generalAccess, tokensChanged } from '../tokens';
import { Logo } from './logo';
import { ThemeButton } from './theme_button';

export function useTitle(title: string) {
  useEffect(() => {
    document.title = title ? `${title} - Doordarshan` : 'Doordarshan';
  }, [title]);
}

function Navigation() {
  void tokensChanged.value;
  const access = generalAccess();
  const at = (prefix: string) => (path.value === prefix || path.value.startsWith(`${prefix}/`) ? 'page' : undefined);
  if (!access) return null;
  return (
    <nav class="page-nav" aria-label="Main">
      {access.recordings && (
        <a href="/recordings" aria-current={at('/recordings')}>
          Recordings
        </a>
      )}
      {access.admin && (
        <a href="/operator" aria-current={at('/operator')}>
          Operator
        </a>
      )}
    </nav>
  );
}

export function Page({ title, narrow, bare, children }: { title: string; narrow?: boolean; bare?: boolean; children: ComponentChildren }) {
  useTitle(title);
  return (
    <div class="page">
      <a class="skip" href="#content">
        Skip to content
      </a>
      <header class="page-head">
        <a class="page-mark" href="/" aria-label="Doordarshan, home">
          <Logo />
          <span>Doordarshan</span>
        </a>
        <div class="page-tools">
          {!bare && <Navigation />}
          <ThemeButton />
        </div>
      </header>
      <main id="content" tabIndex={-1} class={narrow ? 'page-main page-narrow' : 'page-main'}>
        {children}
      </main>
    </div>
  );
}
