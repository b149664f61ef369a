// Files that travel inside the program.
#pragma once
#include <stddef.h>

struct martlet_asset {
  const char *name;
  const unsigned char *bytes;
  size_t count;
};

// The schema's history, in order; NULL past the end.
const struct martlet_asset *martlet_migration(size_t index);

// What web pages load: style, script and pictures; NULL past the end.
const struct martlet_asset *martlet_web_asset(size_t index);
