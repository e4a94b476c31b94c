// SPDX-License-Identifier: MIT
// Copies a text, and says so for a moment.
import { useEffect, useState } from 'preact/hooks';

import { CheckIcon, CopyIcon } from './icons';
import { toast } from './toasts';

export function CopyButton({ text, label = 'Copy', class: style = 'button' }: { text: string; label?: string; class?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      toast('This browser does not let pages copy. Select the text and copy it yourself.', 'bad');
    }
  };
  return (
    <button type="button" class={style} onClick={copy}>
      {copied ? <CheckIcon size={18} /> : <CopyIcon size={18} />}
      {copied ? 'Copied' : label}
    </button>
  );
}
