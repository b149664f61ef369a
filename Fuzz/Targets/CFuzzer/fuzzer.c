// All that is here is said in the header.
#include "fuzzer.h"
