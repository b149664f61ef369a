// The door of libFuzzer, which the compiler links in with -sanitize=fuzzer.
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *count, char ***arguments,
                        int (*test)(const uint8_t *octets, size_t count));
