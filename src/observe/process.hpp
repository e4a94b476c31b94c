// SPDX-License-Identifier: MIT
// What this process uses, as Linux tells it in /proc: a few reads of memory the kernel renders, no disk.
// It knows nothing of the workers, which are processes of their own. Safe from any thread.
#pragma once

namespace dd::observe {

struct ProcessFigures {
  double resident_bytes = 0;
  double cpu_seconds = 0;
  double open_fds = 0;
  double threads = 0;
  double start_time = 0;  // seconds since 1970
};

ProcessFigures read_process_figures();  // what cannot be read stays 0

}  // namespace dd::observe
