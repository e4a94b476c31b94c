// SPDX-License-Identifier: MIT
// The administration's command line on the database of a running server.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

import { binary } from './server.mjs';

// What `doordarshan WORDS...` printed; throws when it was refused.
export function administrate(server, ...words) {
  const { status, stdout, stderr } = tryToAdministrate(server, ...words);
  if (status !== 0) throw new Error(`doordarshan ${words.join(' ')}: ${stderr}`);
  return stdout;
}

export function tryToAdministrate(server, ...words) {
  const database = server.database ? { DATABASE_URL: server.database } : { SQLITE_PATH: path.join(server.folder, 'doordarshan.db') };
  const env = { PATH: process.env.PATH, ENV: 'local', CONTROL_PUBLIC_URL: server.controlOrigin, ...database };
  return spawnSync(binary, words, { env, cwd: server.folder, encoding: 'utf8' });
}
