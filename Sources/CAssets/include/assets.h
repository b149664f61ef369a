// Files that travel inside the program.
#pragma once
#include <stddef.h>

struct martlet_asset {
  const char *name;
  const unsigned char *bytes;
  size_t count;
};

// The schema's history, in order.
extern const struct martlet_asset martlet_migrations[];
extern const size_t martlet_migration_count;
