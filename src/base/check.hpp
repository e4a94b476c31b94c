// SPDX-License-Identifier: MIT
// DD_CHECK: a broken invariant is a bug of ours, so the process says where and stops; input is never judged with it.
#pragma once

namespace dd {
[[noreturn]] void check_failed(const char* condition, const char* message, const char* file, int line);
}  // namespace dd

#define DD_CHECK(condition, message) (static_cast<bool>(condition) ? void(0) : ::dd::check_failed(#condition, message, __FILE__, __LINE__))
