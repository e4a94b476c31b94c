// SPDX-License-Identifier: MIT
// The first page: into a meeting by its link, or, with a token that may, by starting one.
import { useEffect, useState } from 'preact/hooks';

import './home_page.css';
import { askConfig, config } from '../api/config';
import { go } from '../router';
import { explainShortly } from '../text/errors';
import { generalAccess, tokensChanged } from '../tokens';
import { CameraIcon, FilmIcon, RightIcon, ServerIcon } from '../ui/icons';
import { Page } from '../ui/page';
import { HomePicture } from './home_picture';
import { destinationOf } from './meeting_link';
import { canStartMeeting, inventMeeting, newMeetingToken } from './start_meeting';

export function HomePage() {
  useEffect(() => void askConfig(), []);
  return (
    <Page title="" bare>
      <div class="home">
        <div class="home-words">
          <h1>Meet face to face, wherever you are</h1>
          <p class="quiet home-lead">Clear sound and pictures, recorded when you want, on servers that are yours.</p>
          <JoinForm />
          {canStartMeeting() && <StartMeeting />}
          <Places />
        </div>
        <HomePicture />
      </div>
      <footer class="home-foot quiet small">Doordarshan Media Server{config.value && ` ${config.value.version}`}</footer>
    </Page>
  );
}

function JoinForm() {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    const destination = destinationOf(text, location.origin);
    if ('problem' in destination) setProblem(destination.problem);
    else if ('to' in destination) go(destination.to);
    else location.href = destination.elsewhere;
  };
  return (
    <form class="home-join" onSubmit={submit} noValidate>
      <div class="field home-link">
        <label class="label" for="link">
          Meeting link
        </label>
        <div class="home-row">
          <input
            id="link"
            class="input"
            type="text"
            inputMode="url"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            placeholder="Paste the link you were sent"
            value={text}
            aria-invalid={problem !== ''}
            aria-describedby="link-problem"
            onInput={(event) => {
              setText(event.currentTarget.value);
              setProblem('');
            }}
          />
          <button type="submit" class="button primary large">
            Join
          </button>
        </div>
        <span id="link-problem" class="fault home-problem" role="alert">
          {problem}
        </span>
      </div>
    </form>
  );
}

function StartMeeting() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const start = async () => {
    setBusy(true);
    try {
      const meeting = inventMeeting();
      await newMeetingToken(meeting);
      go(`/m/${meeting}`);
    } catch (error) {
      setProblem(explainShortly(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="home-start">
      <button type="button" class="button large" disabled={busy} onClick={start}>
        <CameraIcon size={20} /> Start a meeting
      </button>
      <span class="quiet small">{problem || 'You may open meetings here: a new one with a name of its own.'}</span>
    </div>
  );
}

function Places() {
  void tokensChanged.value;
  const access = generalAccess();
  if (!access?.recordings) return null;
  return (
    <nav class="home-places" aria-label="Pages">
      <a href="/recordings" class="home-place">
        <FilmIcon size={20} /> <span>Recordings</span> <RightIcon size={17} />
      </a>
      {access.admin && (
        <a href="/operator" class="home-place">
          <ServerIcon size={20} /> <span>Servers and tenants</span> <RightIcon size={17} />
        </a>
      )}
    </nav>
  );
}
