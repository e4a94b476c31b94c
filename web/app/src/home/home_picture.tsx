// SPDX-License-Identifier: MIT
// The drawing on the first page: a small meeting. Decoration only.
const kTiles = [
  { x: 0, y: 0, w: 236, h: 168, ground: '#134e46', skin: '#c98d63', hair: '#2b1b12', shirt: '#ffd166' },
  { x: 252, y: 0, w: 188, h: 168, ground: '#5a3216', skin: '#e3b58f', hair: '#3b2417', shirt: '#7dd3c0' },
  { x: 0, y: 184, w: 188, h: 168, ground: '#37306b', skin: '#8d5a3b', hair: '#171210', shirt: '#f4a261' },
  { x: 204, y: 184, w: 236, h: 168, ground: '#5f2341', skin: '#f0c8a6', hair: '#6b3d22', shirt: '#a5b4fc' },
];

export function HomePicture() {
  return (
    <svg class="home-picture" viewBox="0 0 440 352" aria-hidden="true" focusable="false">
      {kTiles.map(({ x, y, w, h, ground, skin, hair, shirt }, i) => {
        const middle = x + w / 2;
        return (
          <g key={i}>
            <clipPath id={`home-${i}`}>
              <rect x={x} y={y} width={w} height={h} rx="22" />
            </clipPath>
            <g clip-path={`url(#home-${i})`}>
              <rect x={x} y={y} width={w} height={h} fill={ground} />
              <circle cx={middle} cy={y + 200} r="76" fill={shirt} />
              <rect x={middle - 13} y={y + 96} width="26" height="36" rx="13" fill={skin} />
              <circle cx={middle} cy={y + 72} r="41" fill={hair} />
              <circle cx={middle} cy={y + 80} r="34" fill={skin} />
              <path d={`M${middle - 35} ${y + 74}q35 -34 70 0q0 -44 -35 -44t-35 44`} fill={hair} />
              <path d={`M${middle - 11} ${y + 93}q11 10 22 0`} fill="none" stroke={hair} stroke-width="3" stroke-linecap="round" />
              <circle cx={middle - 12} cy={y + 80} r="3" fill={hair} />
              <circle cx={middle + 12} cy={y + 80} r="3" fill={hair} />
            </g>
            {i === 0 && <rect x={x + 2} y={y + 2} width={w - 4} height={h - 4} rx="20" fill="none" stroke="#4bd6bf" stroke-width="4" />}
          </g>
        );
      })}
    </svg>
  );
}
