// SPDX-License-Identifier: MIT
// A recorder process from its first message to its exit: wires socket, session and the server's channel to one loop.
// It decides nothing about a recording. Called by main().
#pragma once

namespace dd::recorder {

// Messages of recording/protocol.hpp come in on `in` and go out on `out`, both stream sockets. Answers the exit code:
// 0 when the recording was finished or the server went away and all is on disk, 1 when it could not be opened.
int serve(int in = 3, int out = 4);

}  // namespace dd::recorder
