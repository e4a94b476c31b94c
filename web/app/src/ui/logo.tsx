// SPDX-License-Identifier: MIT
// The mark: an eye that sees far.
export function Logo({ size = 30 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" fill="#0f6b5e" />
      <path d="M5.5 16C8 11.2 11.7 8.8 16 8.8S24 11.2 26.5 16C24 20.8 20.3 23.2 16 23.2S8 20.8 5.5 16Z" fill="none" stroke="#fff" stroke-width="2.2" stroke-linejoin="round" />
      <circle cx="16" cy="16" r="3.6" fill="#ffd166" />
    </svg>
  );
}
