// SPDX-License-Identifier: MIT
// In front of pages that need a token: a place to paste one, and the page behind it once it is there.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import { dropGeneralToken, generalAccess, keepToken, tokenOfFragment, tokensChanged, type Access } from '../tokens';
import { KeyIcon } from './icons';
import { Full, Notice } from './notice';

interface SignInProps {
  what: string; // "the recordings"
  allowed: (access: Access) => boolean;
  refused?: boolean; // the server did not take the token
  children: ComponentChildren;
}

export function SignIn({ what, allowed, refused, children }: SignInProps) {
  void tokensChanged.value;
  const access = generalAccess();
  if (access && allowed(access) && !refused) return <>{children}</>;
  return <TokenForm what={what} problem={refused ? 'The server does not accept this token: it may have expired.' : access ? `Your token does not open ${what}.` : ''} />;
}

function TokenForm({ what, problem }: { what: string; problem: string }) {
  const [text, setText] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    const pasted = text.trim();
    const token = pasted.includes('#') ? tokenOfFragment(pasted.slice(pasted.indexOf('#'))) : pasted;
    if (!token) return;
    dropGeneralToken();
    keepToken(token);
  };
  return (
    <Full icon={<KeyIcon size={30} />} title="A token, please">
      <p>Open {what} with a link that carries a token, or paste a token or an API key here. It stays in this tab only.</p>
      <form class="sign-in" onSubmit={submit}>
        {problem && <Notice tone="warn">{problem}</Notice>}
        <label class="field">
          <span class="label">Token or API key</span>
          <input class="input" type="password" autocomplete="off" spellcheck={false} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <button type="submit" class="button primary large wide" disabled={text.trim() === ''}>
          Continue
        </button>
      </form>
    </Full>
  );
}
