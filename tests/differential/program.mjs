// SPDX-License-Identifier: MIT
// ortc_differential as something to ask: a JSON line in, the JSON line of the same number out.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export class Program {
  #child;
  #waiting = [];
  #ended;

  constructor(path) {
    this.#child = spawn(path, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdin.on('error', () => {});
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#waiting.shift()?.(JSON.parse(line)));
    this.#ended = new Promise((resolve) => this.#child.on('close', resolve));
    this.#ended.then(() => this.#waiting.splice(0).forEach((answer) => answer({ stages: {}, error: { stage: 'crash', message: 'it ended' } })));
    this.#child.on('error', (error) => {
      console.error(`cannot start ${path}: ${error.message}`);
      process.exit(2);
    });
  }

  ask(request) {
    return this.askLine(JSON.stringify(request));
  }

  askLine(line) {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#child.stdin.write(`${line}\n`);
    });
  }

  end() {
    this.#child.stdin.end();
    return this.#ended;
  }
}
