// SPDX-License-Identifier: MIT
// A real S3 server for the upload's tests: node s3_server.mjs PORT FOLDER. Says "ready" and its port, and runs until it is killed;
// what it has taken is in FOLDER, so a restarted one goes on with it. s3rver itself believes every signature of version 4, so
// each request is first signed again by an implementation that is neither ours nor libcurl's, and its body is hashed.
import { createHash } from "node:crypto";
import http from "node:http";
import { Readable } from "node:stream";

import aws4 from "aws4";
import S3rver from "s3rver";

const [port, directory] = process.argv.slice(2);
const credentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" }; // the server's own, fixed ones

const app = new S3rver({ directory, silent: true, allowMismatchedSignatures: true, configureBuckets: [{ name: "recordings" }] });
await app.configureBuckets();
const serve = app.callback();

function refusal(request, body) {
  const given = request.headers.authorization ?? "";
  const scope = /Credential=[^/]+\/\d{8}\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})/.exec(given);
  if (!scope) return "AuthorizationHeaderMalformed";
  if (createHash("sha256").update(body).digest("hex") !== request.headers["x-amz-content-sha256"]) return "XAmzContentSHA256Mismatch";
  const [, region, names] = scope;
  for (const needed of ["host", "x-amz-content-sha256", "x-amz-date"]) {
    if (!names.split(";").includes(needed)) return "AccessDenied";
  }
  const headers = Object.fromEntries(names.split(";").map((name) => [name, request.headers[name] ?? ""]));
  const again = aws4.sign({ service: "s3", region, method: request.method, path: request.url, headers }, credentials);
  const signature = (again.headers.Authorization ?? again.headers.authorization).split("Signature=")[1];
  return given.endsWith(signature) ? null : "SignatureDoesNotMatch";
}

const server = http.createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);
  const code = refusal(request, body);
  if (code) {
    response.writeHead(403, { "content-type": "application/xml" });
    response.end(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`);
    return;
  }
  // The body was read to be hashed; the server behind reads it again.
  const replayed = Object.assign(Readable.from(body.length > 0 ? [body] : []), {
    method: request.method, url: request.url, headers: request.headers, rawHeaders: request.rawHeaders,
    httpVersion: request.httpVersion, httpVersionMajor: 1, httpVersionMinor: 1, socket: request.socket, connection: request.socket, complete: true,
  });
  serve(replayed, response);
});
server.listen(Number(port), "127.0.0.1", () => console.log(`ready ${server.address().port}`));
