// SPDX-License-Identifier: MIT
// Says what the client does to whoever gave it a logger. Nobody logs tokens, addresses or ICE passwords.
import type { Logger } from '../types';

const nothing = (): void => undefined;

export const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
