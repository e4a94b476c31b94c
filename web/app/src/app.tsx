// SPDX-License-Identifier: MIT
// Which path is which page. Recordings and the operator's pages are fetched when somebody goes there: most people never do.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { HomePage } from './home/home_page';
import { match, path } from './router';
import { WarnIcon } from './ui/icons';
import { Full, Skeleton } from './ui/notice';
import { Page } from './ui/page';
import { Toasts } from './ui/toasts';

export function App() {
  return (
    <>
      <CurrentPage />
      <Toasts />
    </>
  );
}

const Meeting = later(() => import('./meeting/meeting_page').then((m) => m.MeetingPage));
const Recordings = later(() => import('./recordings/recordings_page').then((m) => m.RecordingsPage));
const Recording = later(() => import('./recordings/recording_page').then((m) => m.RecordingPage));
const Operator = later(() => import('./operator/operator_page').then((m) => m.OperatorPage));

function CurrentPage() {
  const at = path.value;
  if (at === '/') return <HomePage />;
  const meeting = match('/m/*', at);
  if (meeting) return <Meeting key={at} meeting={meeting[0]!} />;
  if (at === '/recordings') return <Recordings />;
  const recording = match('/recordings/*', at);
  if (recording) return <Recording key={at} id={recording[0]!} />;
  if (at === '/operator' || at.startsWith('/operator/')) return <Operator at={at} />;
  return (
    <Page title="Not found" narrow>
      <Full icon={<WarnIcon size={30} />} title="There is no such page" actions={<a class="button" href="/">Go to the home page</a>}>
        The address may be mistyped.
      </Full>
    </Page>
  );
}

// A page that is fetched when it is first shown. A new version on the server makes the old file's name unknown: then the page is loaded anew.
function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return (props: P) => {
    const [failed, setFailed] = useState(false);
    const [, setReady] = useState(loaded !== null);
    // Asked for while this is rendered: an effect would wait until the empty page has been painted.
    const [loading] = useState(() => (loaded ? null : load()));
    useEffect(() => {
      loading?.then(
        (component) => {
          loaded = component;
          setReady(true);
        },
        () => setFailed(true),
      );
    }, []);
    if (loaded) {
      const Loaded = loaded;
      return <Loaded {...props} />;
    }
    return (
      <Page title="" bare narrow>
        {failed ? (
          <Full
            icon={<WarnIcon size={30} />}
            title="This page could not be loaded"
            actions={
              <button type="button" class="button primary" onClick={() => location.reload()}>
                Load again
              </button>
            }
          >
            The connection was interrupted, or a new version was installed meanwhile.
          </Full>
        ) : (
          <Skeleton />
        )}
      </Page>
    );
  };
}
