// SPDX-License-Identifier: MIT
// The media API as this page uses it: JSON posts to the server that served the page. Knows no media and no DOM.

export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    Object.assign(this, { status, code });
  }
}

async function answerOf(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw new ApiError(0, 'unreachable', 'The server cannot be reached. Is it still running?');
  }
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  throw new ApiError(response.status, answer?.error?.code ?? 'unknown', answer?.error?.message ?? `The server answered ${response.status}.`);
}

export const get = (path) => answerOf(fetch(path));

export const post = (route, body) =>
  answerOf(
    fetch(`/v1/${route}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  );

// For the moment in which the page goes away: delivered even though nobody waits for the answer.
export const farewell = (route, body) => navigator.sendBeacon(`/v1/${route}`, JSON.stringify(body));
