// SPDX-License-Identifier: MIT
// The package's door: everything an application may import, and nothing else.
export { join } from './join';
export * as devices from './devices';
export { meterLevel } from './level';
export { DoordarshanError, DeviceError } from './errors';
export type { DeviceErrorCode, ErrorCode, ErrorReason } from './errors';
export type { DeviceChange, DeviceList, DeviceKind } from './devices';
export type * from './types';
