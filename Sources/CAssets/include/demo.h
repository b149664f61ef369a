// The demo company's papers, for trying the program out.
#pragma once
#include "assets.h"

// By file name; NULL when there is none.
const struct martlet_asset *martlet_demo_file(const char *name);
