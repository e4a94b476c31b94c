// SPDX-License-Identifier: MIT
// The chat: what was said since one joined, and a field to say something. It keeps to the foot unless somebody reads further up.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

import './chat_panel.css';
import { formatTimeOfDay } from '../text/format';
import { explainShortly } from '../text/errors';
import { SendIcon } from '../ui/icons';
import { toast } from '../ui/toasts';
import type { Call, ChatMessage } from './call_model';
import { fitsMessage, linkParts } from './people';
import { SidePanel } from './side_panel';

export function ChatPanel({ call, onClose }: { call: Call; onClose: () => void }) {
  const messages = call.messages.value;
  const list = useRef<HTMLDivElement>(null);
  const atFoot = useRef(true);
  useLayoutEffect(() => {
    if (list.current && atFoot.current) list.current.scrollTop = list.current.scrollHeight;
  }, [messages]);
  return (
    <SidePanel title="Chat" onClose={onClose}>
      <div
        class="chat-list"
        ref={list}
        role="log"
        aria-label="Messages"
        tabIndex={0}
        onScroll={({ currentTarget: box }) => {
          atFoot.current = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
        }}
      >
        {messages.length === 0 && <p class="chat-empty quiet">Messages go to everybody in the meeting and are gone when it ends.</p>}
        {messages.map((message, i) => (
          <Message key={message.id} message={message} follows={isFollowUp(messages[i - 1], message)} />
        ))}
      </div>
      {call.grants.data ? <Composer call={call} /> : <p class="chat-empty quiet small">Your link lets you read the chat, not write to it.</p>}
    </SidePanel>
  );
}

const isFollowUp = (before: ChatMessage | undefined, message: ChatMessage) => before !== undefined && before.from === message.from && message.time - before.time < 120_000;

function Message({ message, follows }: { message: ChatMessage; follows: boolean }) {
  return (
    <div class={message.mine ? 'chat-message chat-mine' : 'chat-message'}>
      {!follows && (
        <div class="chat-from">
          <strong>{message.name}</strong> <span class="quiet number">{formatTimeOfDay(new Date(message.time))}</span>
        </div>
      )}
      <p class="chat-text">
        {linkParts(message.text).map((part, i) =>
          part.href ? (
            <a key={i} href={part.href} target="_blank" rel="noreferrer noopener">
              {part.text}
            </a>
          ) : (
            part.text
          ),
        )}
      </p>
    </div>
  );
}

function Composer({ call }: { call: Call }) {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  useLayoutEffect(() => {
    const box = field.current;
    if (!box) return;
    box.style.height = 'auto';
    box.style.height = `${Math.min(140, box.scrollHeight + 2)}px`;
  }, [text]);
  const said = text.trim();
  const tooLong = !fitsMessage(said, call.messageBytes);
  const send = async () => {
    if (!said || tooLong || busy) return;
    setBusy(true);
    try {
      await call.say(said);
      setText('');
    } catch (error) {
      toast(`Not sent. ${explainShortly(error)}`, 'bad');
    } finally {
      setBusy(false);
      field.current?.focus();
    }
  };
  return (
    <form
      class="chat-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <textarea
        ref={field}
        class="input chat-field"
        rows={1}
        placeholder="Write a message"
        aria-label="Message to everybody"
        aria-invalid={tooLong}
        aria-describedby="chat-fault"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
            event.preventDefault();
            void send();
          }
        }}
      />
      <button type="submit" class="chat-send" aria-label="Send" disabled={busy || said === '' || tooLong}>
        <SendIcon size={20} />
      </button>
      <span id="chat-fault" class="chat-fault small" role="alert">
        {tooLong && 'Too long for one message. Send it in parts.'}
      </span>
    </form>
  );
}
