// SPDX-License-Identifier: MIT
// A MariaDB of the test's own: Debian's mariadbd as an ordinary process on a free port with its data in a temporary
// folder. It can be killed and started again on the same data, as a crashed database is.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import mysql from 'mysql2/promise';

import { freePort } from './ports.mjs';
import { until } from './wait.mjs';

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

const asRoot = process.getuid?.() === 0 ? ['--user=root'] : [];

export async function startMariaDb() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dd-mariadb-'));
  const data = path.join(folder, 'data');
  fs.mkdirSync(data);
  // What mariadb-install-db would feed the server; that script wants a tool of the client packages, the server does not.
  const sources = ['mysql_system_tables.sql', 'mysql_performance_tables.sql', 'mysql_system_tables_data.sql'];
  const system = sources.map((name) => fs.readFileSync(path.join('/usr/share/mysql', name), 'utf8')).join('\n');
  const installed = spawnSync('mariadbd', ['--no-defaults', `--datadir=${data}`, '--bootstrap', '--skip-log-bin', ...asRoot], {
    input: `CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\nSET @skip_auth_anonymous = 1;\n${system}`,
    encoding: 'utf8',
  });
  if (installed.status !== 0) throw new Error(`mariadbd --bootstrap: ${installed.error?.message ?? installed.stderr}`);
  const mariadb = new MariaDb(folder, data, await freePort());
  await mariadb.start();
  const connection = await mysql.createConnection({ ...mariadb.login, database: undefined });
  await connection.query('CREATE DATABASE doordarshan');
  await connection.end();
  return mariadb;
}

class MariaDb {
  constructor(folder, data, port) {
    Object.assign(this, { folder, data, port });
    this.login = { host: '127.0.0.1', port, user: 'root', password: '', database: 'doordarshan' };
    this.url = `mysql://root@127.0.0.1:${port}/doordarshan`;
  }

  async start() {
    this.child = spawn(
      'mariadbd',
      [
        '--no-defaults',
        `--datadir=${this.data}`,
        `--socket=${path.join(this.folder, 'socket')}`,
        `--pid-file=${path.join(this.folder, 'pid')}`,
        `--port=${this.port}`,
        '--bind-address=127.0.0.1',
        '--skip-log-bin',
        '--innodb-buffer-pool-size=64M',
        '--innodb-flush-log-at-trx-commit=2', // survives a killed process, which is all that happens here
        ...asRoot,
      ],
      { stdio: ['ignore', 'ignore', fs.openSync(path.join(this.folder, 'log'), 'a')] },
    );
    running.add(this.child);
    this.exit = new Promise((resolve) => this.child.once('exit', resolve));
    await until(
      'MariaDB takes connections',
      async () => {
        if (this.child.exitCode !== null) throw new Error(fs.readFileSync(path.join(this.folder, 'log'), 'utf8').slice(-1000));
        const connection = await mysql.createConnection({ ...this.login, database: undefined });
        await connection.end();
        return true;
      },
      { timeout: 20_000, interval: 100 },
    );
  }

  // As a crash: no goodbye to anyone.
  async kill() {
    this.child.kill('SIGKILL');
    await this.exit;
    running.delete(this.child);
  }

  async stop() {
    if (running.has(this.child)) await this.kill(); // nothing of it is kept, so there is nothing to close in order
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

export const openDatabase = (mariadb) => mysql.createConnection(mariadb.login);

// Rows per table.
export async function rowCounts(database) {
  const [tables] = await database.query("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1");
  const counts = {};
  for (const { name } of tables) {
    const [[{ count }]] = await database.query(`SELECT COUNT(*) AS count FROM \`${name}\``);
    counts[name] = Number(count);
  }
  return counts;
}
