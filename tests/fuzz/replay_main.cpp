// SPDX-License-Identifier: MIT
// Runs a fuzzer over its committed corpus without libFuzzer: each file as it is, cut at every length, and with bytes
// changed by a fixed sequence, within a bound of time. It finds nothing new by itself; it keeps what was found from coming back.
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kMostCuts = 512;
constexpr int kMutations = 300;
// Of CPU for the cuts of a file, and as much for its changes. Most need milliseconds; those of a whole worker, milliseconds each.
constexpr std::clock_t kMost = CLOCKS_PER_SEC;

void run(const std::vector<std::uint8_t>& input) {
  // An exact copy on the heap, so that a sanitizer sees a read past the end.
  const std::vector<std::uint8_t> copy(input.begin(), input.end());
  LLVMFuzzerTestOneInput(copy.data(), copy.size());
}

// xorshift64*; the same everywhere, so a failure can be run again.
std::uint64_t next(std::uint64_t& state) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545F4914F6CDD1DULL;
}

void run_around(const std::vector<std::uint8_t>& input) {
  run(input);
  const std::size_t step = input.size() / kMostCuts + 1;
  std::clock_t end = std::clock() + kMost;
  for (std::size_t length = 0; length < input.size() && std::clock() < end; length += step)
    run({input.begin(), input.begin() + static_cast<std::ptrdiff_t>(length)});
  if (input.empty()) return;
  std::uint64_t state = 0x9E3779B97F4A7C15ULL + input.size();
  end = std::clock() + kMost;
  for (int round = 0; round < kMutations && std::clock() < end; ++round) {
    std::vector<std::uint8_t> changed = input;
    const std::uint64_t count = 1 + next(state) % 4;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::size_t at = next(state) % changed.size();
      switch (next(state) % 3) {
        case 0: changed[at] = static_cast<std::uint8_t>(next(state)); break;
        case 1: changed[at] ^= static_cast<std::uint8_t>(1U << (next(state) % 8)); break;
        default: changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(at), changed[next(state) % changed.size()]); break;
      }
    }
    run(changed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: replay CORPUS_FOLDER\n");
    return 2;
  }
  std::size_t files = 0;
  run({});
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[1], error)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    run_around(std::vector<std::uint8_t>((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>()));
    ++files;
  }
  std::printf("%zu files replayed\n", files);
  return files == 0 ? 1 : 0;  // a fuzzer without a corpus tests nothing
}
