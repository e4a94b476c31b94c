// SPDX-License-Identifier: MIT
// A real S3 server for the upload's tests: node s3_server.mjs PORT FOLDER. Says "ready" and its port, and runs until it is killed;
// what it has taken is in FOLDER, so a restarted one goes on with it. Signatures are checked.
import S3rver from "s3rver";

const [port, directory] = process.argv.slice(2);
const server = new S3rver({
  address: "127.0.0.1",
  port: Number(port),
  directory,
  silent: true,
  allowMismatchedSignatures: false,
  configureBuckets: [{ name: "recordings" }],
});
const { port: listening } = await server.run();
console.log(`ready ${listening}`);
