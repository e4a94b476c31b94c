// SPDX-License-Identifier: MIT
// An authority of the test's own and certificates for localhost by it, made by openssl, and reading with that authority as the only one
// trusted. What a browser needs to trust it is a flag.
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';

const kNames = 'subjectAltName=DNS:localhost,IP:127.0.0.1';

export function createAuthority() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dd-authority-'));
  const at = (name) => path.join(folder, name);
  const openssl = (...words) => execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', 'authority.key', '-out', 'authority.pem', '-days', '2', '-subj', '/CN=Test authority');
  const pem = fs.readFileSync(at('authority.pem'), 'utf8');
  const publicKey = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  let issued = 0;
  return {
    pem,
    // Chromium otherwise takes no authority but the system's; everything else of a certificate it judges as ever.
    browserFlag: `--ignore-certificate-errors-spki-list=${createHash('sha256').update(publicKey).digest('base64')}`,
    // A new certificate for localhost with a new key, as PEM texts; the authority's own is part of the chain, since the flag looks for it.
    issue() {
      const name = `issued-${++issued}`;
      openssl('req', '-x509', ...newKey, '-CA', 'authority.pem', '-CAkey', 'authority.key', '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '1', '-subj', '/CN=localhost', '-addext', kNames, '-addext', 'basicConstraints=critical,CA:false');
      const certificate = fs.readFileSync(at(`${name}.pem`), 'utf8');
      return { certificate: certificate + pem, key: fs.readFileSync(at(`${name}.key`), 'utf8'), fingerprint: new X509Certificate(certificate).fingerprint256 };
    },
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}

// The fingerprint of what the port serves to a new connection; refused when it is not of this authority and for localhost.
export const servedFingerprint = (port, ca) =>
  new Promise((resolve, reject) => {
    const socket = tls.connect({ host: 'localhost', port, ca, servername: 'localhost' }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.end();
    });
    socket.once('error', reject);
  });

// GET over a connection of its own and with that authority, which is more than fetch can be told.
export const getTrusting = (url, ca) =>
  new Promise((resolve, reject) => {
    const asked = https.get(url, { ca, agent: false }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const json = response.headers['content-type']?.startsWith('application/json') ? JSON.parse(text) : undefined;
        resolve({ status: response.statusCode, text, json });
      });
    });
    asked.once('error', reject);
  });
