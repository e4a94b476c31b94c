// SPDX-License-Identifier: MIT
// Moving pictures without a camera: painted people in painted rooms, and a painted screen.

const kRooms = [['#3d5a57', '#22312f'], ['#6a4a34', '#33231a'], ['#41406b', '#22213a'], ['#5d3a4c', '#2e1c26'], ['#385470', '#1d2b3a'], ['#58602f', '#2b2f17'], ['#6b4a6f', '#352337']];
const kSkins = ['#e8b893', '#7d4e31', '#f2cdae', '#b67b50', '#c98d63', '#96603c'];
const kHairs = ['#2b1b12', '#16110f', '#b58147', '#3b2417', '#5c5c62', '#6b3d22'];
const kShirts = ['#7dd3c0', '#f4a261', '#a5b4fc', '#e76f83', '#ffd166', '#94a3b8', '#5fb36a'];

function moving(width: number, height: number, draw: (context: CanvasRenderingContext2D, seconds: number) => void): MediaStreamTrack {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d')!;
  const paint = () => draw(context, performance.now() / 1000);
  paint();
  setInterval(paint, 250);
  return canvas.captureStream(4).getVideoTracks()[0]!;
}

export function drawPerson(i: number): MediaStreamTrack {
  const [light, dark] = kRooms[i % kRooms.length]!;
  return moving(640, 360, (c, seconds) => {
    const ground = c.createLinearGradient(0, 0, 640, 360);
    ground.addColorStop(0, light!);
    ground.addColorStop(1, dark!);
    c.fillStyle = ground;
    c.fillRect(0, 0, 640, 360);
    c.fillStyle = 'rgba(255,255,255,.07)';
    c.fillRect(60 + 30 * (i % 4), 40, 110, 150);
    c.fillRect(470, 70 + 8 * (i % 5), 120, 90);
    const x = 320 + 6 * Math.sin(seconds + i);
    const y = 176 + 3 * Math.sin(seconds * 1.7 + i);
    const disc = (dx: number, dy: number, rx: number, ry: number, colour: string) => {
      c.fillStyle = colour;
      c.beginPath();
      c.ellipse(x + dx, y + dy, rx, ry, 0, 0, 7);
      c.fill();
    };
    const hair = kHairs[(i * 5 + 1) % kHairs.length]!;
    const skin = kSkins[(i * 3 + 2) % kSkins.length]!;
    if (i % 2 === 0) disc(0, 20, 84, 108, hair);
    disc(0, 214, 158, 130, kShirts[i % kShirts.length]!);
    disc(0, 84, 28, 46, skin);
    disc(0, -18, 74, 78, hair);
    disc(0, 0, 62, 76, skin);
    disc(0, -62, 62, 26, hair);
    disc(-23, 0, 5.5, 6, '#221a16');
    disc(23, 0, 5.5, 6, '#221a16');
    c.strokeStyle = '#6d2f2a';
    c.lineWidth = 5;
    c.lineCap = 'round';
    c.beginPath();
    c.arc(x, y + 26, 20, 0.3, Math.PI - 0.3);
    c.stroke();
  });
}

export function drawScreen(): MediaStreamTrack {
  return moving(1280, 720, (c) => {
    c.fillStyle = '#f7f7f4';
    c.fillRect(0, 0, 1280, 720);
    c.fillStyle = '#14211e';
    c.font = '600 44px system-ui';
    c.fillText('Quarter in numbers', 84, 112);
    c.fillStyle = '#59615d';
    c.font = '24px system-ui';
    c.fillText('Minutes recorded a week, in thousands', 84, 152);
    [212, 260, 241, 318, 364, 402, 380, 451, 498, 540, 521, 604].forEach((value, i) => {
      c.fillStyle = i === 11 ? '#f2a71b' : '#0f6b5e';
      c.fillRect(90 + i * 94, 640 - value * 0.72, 62, value * 0.72);
      c.fillStyle = '#59615d';
      c.font = '20px system-ui';
      c.fillText(`W${i + 1}`, 102 + i * 94, 674);
    });
  });
}
