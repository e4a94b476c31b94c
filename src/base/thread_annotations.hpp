// SPDX-License-Identifier: MIT
// Clang's thread-safety attributes under our names; nothing for other compilers.
// A loop is annotated as a capability, so that touching its state without assert_current() fails under -Wthread-safety.
#pragma once

#if defined(__clang__)
#define DD_ATTRIBUTE(x) __attribute__((x))
#else
#define DD_ATTRIBUTE(x)
#endif

#define DD_CAPABILITY(name) DD_ATTRIBUTE(capability(name))
#define DD_GUARDED_BY(x) DD_ATTRIBUTE(guarded_by(x))
#define DD_REQUIRES(x) DD_ATTRIBUTE(requires_capability(x))
#define DD_ASSERT_CAPABILITY(x) DD_ATTRIBUTE(assert_capability(x))
