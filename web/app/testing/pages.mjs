// SPDX-License-Identifier: MIT
// Every page and state worth a look: where it is, what to do there first. screenshots.mjs takes pictures of them and checks them with axe.
import { tokens } from './mock_api.mjs';

const m = (meeting, query, token = tokens.moderator(meeting)) => `/m/${meeting}${query ? `?${query}` : ''}${token ? `#token=${token}` : ''}`;
const join = async (page) => {
  const name = page.getByLabel('Your name');
  await name.waitFor();
  if ((await name.inputValue()) === '') await name.fill('Asha Rao');
  await page.getByRole('button', { name: /join now|try again/i }).click();
};
const joined = (...more) => async (page) => {
  await join(page);
  await page.locator('.stage-tiles .tile').first().waitFor();
  await page.locator('.tile .quality').first().waitFor();
  for (const step of more) await step(page);
};
const press = (name) => (page) => page.getByRole('button', { name, exact: false }).first().click();

// getUserMedia as it fails in real life; the message does not matter, the name does.
const cameraFails = (name, insecure = false) => ({
  name,
  script: `${insecure ? "Object.defineProperty(window, 'isSecureContext', { get: () => false }); Object.defineProperty(navigator, 'mediaDevices', { get: () => undefined });" : `navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', '${name}'); };`}`,
});

export const pages = [
  { name: 'home', path: '/' },
  { name: 'home-operator', path: `/#token=${tokens.operator}` },
  { name: 'home-problem', path: '/', act: async (page) => { await page.getByLabel('Meeting link').fill('not a link'); await page.getByRole('button', { name: 'Join' }).click(); } },
  { name: 'not-found', path: '/recordings/no/such' },
  { name: 'lobby', path: m('design-review', ''), act: (page) => page.locator('.preview-video').waitFor() },
  { name: 'lobby-off', path: m('design-review', ''), act: async (page) => { await page.locator('.preview-video').waitFor(); await press('Turn your camera off')(page); await press('Mute your microphone')(page); } },
  { name: 'lobby-denied', path: m('design-review', ''), init: cameraFails('NotAllowedError') },
  { name: 'lobby-missing', path: m('design-review', ''), init: cameraFails('NotFoundError') },
  { name: 'lobby-busy', path: m('design-review', ''), init: cameraFails('NotReadableError') },
  { name: 'lobby-insecure', path: m('design-review', ''), init: cameraFails('', true) },
  { name: 'lobby-expired', path: m('design-review', '', tokens.expired('design-review')) },
  { name: 'lobby-full', path: m('design-review', 'refuse=meeting_full'), act: async (page) => { await join(page); await page.locator('.lobby-join .notice').waitFor(); } },
  { name: 'lobby-removed', path: m('design-review', 'refuse=removed'), act: async (page) => { await join(page); await page.locator('.lobby-join .notice').waitFor(); } },
  { name: 'lobby-listener', path: m('design-review', '', tokens.listener('design-review')) },
  { name: 'no-link', path: m('design-review', '', null) },
  { name: 'call-one', path: m('design-review', 'people=1'), act: joined() },
  { name: 'call-two', path: m('design-review', 'people=2'), act: joined() },
  { name: 'call-grid', path: m('design-review', 'people=6&hand=chidi'), act: joined() },
  { name: 'call-many', path: m('all-hands', 'people=26&rec=1'), act: joined() },
  { name: 'call-speaker', path: m('design-review', 'people=7&speaker=chidi'), act: joined((page) => page.keyboard.press('l')) },
  { name: 'call-screen', path: m('design-review', 'people=6&screen=bela&rec=1'), act: joined() },
  { name: 'call-chat', path: m('design-review', 'people=5&chat=1'), act: joined(press('Chat')) },
  { name: 'call-chat-long', path: m('design-review', 'people=3'), act: joined(press('Chat'), (page) => page.getByLabel('Message to everybody').fill('नमस्ते '.repeat(240))) },
  { name: 'call-unread', path: m('design-review', 'people=4&chat=1'), act: joined() },
  { name: 'call-people', path: m('design-review', 'people=9&hand=chidi&locked=1'), act: joined(press('People')) },
  { name: 'call-people-menu', path: m('design-review', 'people=5'), act: joined(press('People'), (page) => page.locator('.person-more').nth(1).click()) },
  { name: 'call-devices', path: m('design-review', 'people=3'), narrow: false, act: joined(press('Sound devices')) },
  { name: 'call-more', path: m('design-review', 'people=3'), act: joined((page) => page.getByRole('button', { name: 'More', exact: true }).click()) },
  { name: 'call-settings', path: m('design-review', 'people=3'), act: joined((page) => page.getByRole('button', { name: 'More', exact: true }).click(), press('Camera and sound'), (page) => page.locator('.dialog .preview-video').waitFor()) },
  { name: 'call-help', path: m('design-review', 'people=3'), act: joined((page) => page.keyboard.press('?')) },
  { name: 'call-remove', path: m('design-review', 'people=4'), act: joined(press('People'), (page) => page.locator('.person-more').first().click(), press('Remove from meeting')) },
  { name: 'call-reconnecting', path: m('design-review', 'people=4&state=reconnecting&away=bela'), act: joined() },
  { name: 'call-tcp', path: m('design-review', 'people=4&via=tcp'), act: joined((page) => page.locator('.banner').waitFor()) },
  { name: 'call-blocked', path: m('design-review', 'people=3&blocked=1'), act: joined((page) => page.locator('.banner').waitFor()) },
  { name: 'left', path: m('design-review', 'people=3'), act: joined(press('Leave the meeting'), (page) => page.getByRole('heading', { name: 'You left the meeting' }).waitFor()) },
  { name: 'ended', path: m('design-review', 'people=3'), act: joined((page) => page.evaluate(() => window.fakeMeeting.close('removed')), (page) => page.locator('.full').waitFor()) },
  { name: 'recordings', path: `/recordings#token=${tokens.operator}`, act: (page) => page.locator('.recording-row').first().waitFor() },
  { name: 'recordings-sign-in', path: '/recordings' },
  { name: 'recording', path: `/recordings/r-1#token=${tokens.operator}`, act: (page) => page.locator('.timeline-picture svg').waitFor() },
  { name: 'recording-crashed', path: `/recordings/r-4#token=${tokens.operator}`, act: (page) => page.locator('.timeline-picture svg').waitFor() },
  { name: 'recording-live', path: `/recordings/r-live#token=${tokens.operator}`, act: (page) => page.locator('.timeline-picture svg').waitFor() },
  { name: 'recording-delete', path: `/recordings/r-4#token=${tokens.operator}`, act: async (page) => { await page.locator('.timeline-picture svg').waitFor(); await press('Delete')(page); } },
  { name: 'operator', path: `/operator#token=${tokens.operator}`, act: (page) => page.locator('.chart-line').first().waitFor() },
  { name: 'operator-meetings', path: `/operator/meetings#token=${tokens.operator}`, act: (page) => page.locator('.table tbody tr').first().waitFor() },
  { name: 'operator-meeting', path: `/operator/meetings#token=${tokens.operator}`, act: async (page) => { await page.getByRole('button', { name: /people in/i }).first().click(); await page.locator('.dialog-people li').first().waitFor(); } },
  { name: 'operator-tenants', path: `/operator/tenants#token=${tokens.operator}`, act: (page) => page.locator('.table tbody tr').first().waitFor() },
  { name: 'operator-tenant', path: `/operator/tenants/acme#token=${tokens.operator}`, act: (page) => page.locator('.table tbody tr').first().waitFor() },
  { name: 'operator-key', path: `/operator/tenants/acme#token=${tokens.operator}`, act: async (page) => { await press('New key')(page); await page.locator('.secret').waitFor(); } },
  { name: 'operator-new-tenant', path: `/operator/tenants#token=${tokens.operator}`, act: (page) => press('New tenant')(page) },
  { name: 'operator-links', path: `/operator/links#token=${tokens.operator}`, act: async (page) => { await press('Make the link')(page); await page.locator('.made').waitFor(); } },
];
