// SPDX-License-Identifier: MIT
// How good a connection is, as three bars. Nothing while it is not known: a guess would worry people.
import './quality.css';
import { qualityBars } from './people';

const kWords = ['very bad', 'bad', 'fair', 'good'];

export function Quality({ score }: { score: number | undefined }) {
  const bars = qualityBars(score);
  if (bars === null) return null;
  return (
    <span class={`quality quality-${bars}`} role="img" aria-label={`Connection: ${kWords[bars]}`} title={`Connection: ${kWords[bars]}`}>
      <span />
      <span />
      <span />
    </span>
  );
}
